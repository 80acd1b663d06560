//! Checks JSON against the schemas of the document, so that what the document says is what is served.
//! Knows the words that our own schemas use, and no others; a test sees to that.

use jiff::Timestamp;
use jiff::civil::Date;
use kernel::Refusal;
use serde_json::{Map, Value as Json};

/// The named schemas of the document.
pub(super) type Definitions = Map<String, Json>;

/// Where named schemas stand in the document.
pub(super) const PLACE: &str = "#/components/schemas/";

/// All that is wrong with a value, each at its place.
pub(super) fn check(schema: &Json, value: &Json, named: &Definitions) -> Vec<Refusal> {
    let mut found = Check { named, found: Vec::new() };
    found.any(schema, value, "");
    found.found
}

/// The schema itself, or the one it points to.
pub(super) fn resolve<'a>(schema: &'a Json, named: &'a Definitions) -> &'a Json {
    let name = schema.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix(PLACE));
    match name.and_then(|name| named.get(name)) {
        Some(found) => resolve(found, named),
        None => schema,
    }
}

struct Check<'a> {
    named: &'a Definitions,
    found: Vec<Refusal>,
}

impl Check<'_> {
    fn say(&mut self, code: &str, at: &str) {
        self.found.push(at_place(Refusal::new(code), at));
    }
    fn any(&mut self, schema: &Json, value: &Json, at: &str) {
        let named = self.named;
        let schema = resolve(schema, named);
        if let Json::String(text) = value
            && text.contains('\0')
        {
            return self.say("api-text-not-allowed", at);
        }
        if let Some(types) = schema.get("type")
            && !has_type(types, value)
        {
            let code = if value.is_null() { "required" } else { "api-wrong-type" };
            return self.say(code, at);
        }
        self.alternatives(schema, value, at);
        self.choice(schema, value, at);
        match value {
            Json::Object(object) => self.object(schema, object, at),
            Json::Array(items) => self.array(schema, items, at),
            Json::String(text) => self.text(schema, text, at),
            Json::Number(number) => self.number(schema, number, at),
            Json::Null | Json::Bool(_) => {}
        }
    }
    /// One of several schemas; what is said is what is wrong with the first that is more than null.
    fn alternatives(&mut self, schema: &Json, value: &Json, at: &str) {
        let several = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array);
        let Some(several) = several else { return };
        let mut told = None;
        for one in several {
            let mut inner = Check { named: self.named, found: Vec::new() };
            inner.any(one, value, at);
            if inner.found.is_empty() {
                return;
            }
            if told.is_none() && one.get("type").and_then(Json::as_str) != Some("null") {
                told = Some(inner.found);
            }
        }
        let is_words = several.iter().all(|one| one.get("const").is_some());
        if is_words {
            return self.say("not-a-choice", at);
        }
        self.found.extend(told.unwrap_or_default());
    }
    fn choice(&mut self, schema: &Json, value: &Json, at: &str) {
        let listed = schema.get("enum").and_then(Json::as_array);
        let fits = listed.is_none_or(|words| words.contains(value))
            && schema.get("const").is_none_or(|word| word == value);
        if !fits {
            self.say("not-a-choice", at);
        }
    }
    fn object(&mut self, schema: &Json, object: &Map<String, Json>, at: &str) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties");
        let mut members: Vec<(&String, &Json)> = object.iter().collect();
        // in one order, however the caller wrote them
        members.sort_by_key(|(name, _)| *name);
        for (name, value) in members {
            let place = join(at, name);
            if name.contains('\0') {
                self.say("api-text-not-allowed", at);
            }
            match (properties.and_then(|p| p.get(name)), others) {
                (Some(schema), _) => self.any(schema, value, &place),
                (None, Some(Json::Bool(false))) => self.say("api-field-unknown", &place),
                (None, Some(schema @ Json::Object(_))) => self.any(schema, value, &place),
                (None, _) => self.any(&Json::Bool(true), value, &place),
            }
        }
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        for name in required.filter_map(Json::as_str).filter(|name| !object.contains_key(*name)) {
            self.say("required", &join(at, name));
        }
    }
    fn array(&mut self, schema: &Json, items: &[Json], at: &str) {
        let limit = |word: &str| schema.get(word).and_then(Json::as_u64);
        let length = u64::try_from(items.len()).unwrap_or(u64::MAX);
        if let Some(max) = limit("maxItems").filter(|max| length > *max) {
            return self.found.push(at_place(Refusal::new("api-too-many").arg("max", max), at));
        }
        if limit("minItems").is_some_and(|min| length < min) {
            return self.say("required", at);
        }
        let prefix = schema.get("prefixItems").and_then(Json::as_array);
        for (number, item) in items.iter().enumerate() {
            let own = prefix.and_then(|p| p.get(number)).or_else(|| schema.get("items"));
            self.any(own.unwrap_or(&Json::Bool(true)), item, &join(at, &number.to_string()));
        }
    }
    fn text(&mut self, schema: &Json, text: &str, at: &str) {
        let limit = |word: &str| schema.get(word).and_then(Json::as_u64);
        let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        if let Some(max) = limit("maxLength").filter(|max| length > *max) {
            return self.found.push(at_place(Refusal::new("too-long").arg("max", max), at));
        }
        if limit("minLength").is_some_and(|min| length < min) {
            return self.say("required", at);
        }
        let fits = match schema.get("format").and_then(Json::as_str) {
            Some("uuid") => uuid::Uuid::try_parse(text).is_ok() && text.len() == 36,
            Some("date") => text.len() == 10 && text.parse::<Date>().is_ok(),
            Some("date-time") => text.parse::<Timestamp>().is_ok(),
            _ => true,
        };
        if !fits {
            self.say("api-wrong-form", at);
        }
    }
    fn number(&mut self, schema: &Json, number: &serde_json::Number, at: &str) {
        let bound = |word: &str| schema.get(word).and_then(Json::as_i64);
        let too_small =
            bound("minimum").is_some_and(|min| number.as_i64().is_some_and(|n| n < min));
        let too_large = bound("maximum")
            .is_some_and(|max| number.as_i64().map_or_else(|| number.is_u64(), |n| n > max));
        if too_small || too_large {
            self.say("api-out-of-range", at);
        }
    }
}

fn at_place(refusal: Refusal, at: &str) -> Refusal {
    Refusal { field: (!at.is_empty()).then(|| at.to_owned()), ..refusal }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn has_type(types: &Json, value: &Json) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    };
    match types {
        Json::String(name) => is(name),
        Json::Array(names) => names.iter().filter_map(Json::as_str).any(is),
        _ => true,
    }
}

/// Makes objects of a schema closed: a name that is not in it is refused. Maps stay open.
pub(super) fn close(schema: &mut Json) {
    match schema {
        Json::Object(object) => {
            let is_plain =
                object.contains_key("properties") && !object.contains_key("additionalProperties");
            if is_plain {
                object.insert("additionalProperties".to_owned(), Json::Bool(false));
            }
            object.values_mut().for_each(close);
        }
        Json::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Words that stand in a schema one by one, each with its description, become one list: what makers of
/// clients understand as an enumeration.
pub(super) fn list_words(schema: &mut Json) {
    let word = |one: &Json| one.get("const").and_then(Json::as_str).map(str::to_owned);
    let several = schema.get("oneOf").and_then(Json::as_array);
    let words: Option<Vec<String>> = several.and_then(|all| all.iter().map(word).collect());
    if let (Some(words), Some(object)) = (words, schema.as_object_mut()) {
        let mut lines: Vec<String> = object
            .get("description")
            .and_then(Json::as_str)
            .map(str::to_owned)
            .into_iter()
            .collect();
        let told = object.remove("oneOf");
        let told = told.as_ref().and_then(Json::as_array).into_iter().flatten();
        lines.extend(told.zip(&words).filter_map(|(one, word)| {
            Some(format!("- `{word}`: {}", one.get("description")?.as_str()?))
        }));
        object.insert("description".to_owned(), Json::String(lines.join("\n")));
        object.insert("type".to_owned(), Json::String("string".to_owned()));
        object.insert("enum".to_owned(), words.into());
        return;
    }
    match schema {
        Json::Object(object) => object.values_mut().for_each(list_words),
        Json::Array(items) => items.iter_mut().for_each(list_words),
        _ => {}
    }
}

/// A parameter's schema without its null: a parameter is left out instead.
pub(super) fn without_null(schema: &Json) -> Json {
    let mut schema = schema.clone();
    if let Some(Json::Array(types)) = schema.get("type") {
        let kept: Vec<&Json> = types.iter().filter(|t| t.as_str() != Some("null")).collect();
        if let [one] = kept.as_slice() {
            let one = (*one).clone();
            if let Some(place) = schema.get_mut("type") {
                *place = one;
            }
        }
    }
    let is_null = |one: &Json| one.get("type").and_then(Json::as_str) == Some("null");
    if let Some(Json::Array(several)) = schema.get_mut("anyOf") {
        several.retain(|one| !is_null(one));
        if let [one] = several.as_slice() {
            let mut one = one.clone();
            let words = schema.get("description").cloned();
            if let (Some(object), Some(words)) = (one.as_object_mut(), words) {
                object.insert("description".to_owned(), words);
            }
            return one;
        }
    }
    if let Some(object) = schema.as_object_mut() {
        object.remove("default");
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(schema: &Json, value: &Json) -> Vec<String> {
        let named = Definitions::new();
        check(schema, value, &named)
            .into_iter()
            .map(|r| format!("{}:{}", r.field.unwrap_or_default(), r.code))
            .collect()
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once_with_its_place() {
        let mut schema = json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "format": "uuid" },
                "on": { "type": ["string", "null"], "format": "date" },
                "n": { "type": "integer", "minimum": 1 },
                "kind": { "oneOf": [{ "const": "a" }, { "const": "b" }] },
                "list": { "type": "array", "maxItems": 2, "items": { "type": "string" } },
            },
            "required": ["id", "n"],
        });
        close(&mut schema);
        let wrong =
            json!({ "id": "x", "on": "2026-02-30", "kind": "c", "list": [1], "more": true });
        assert_eq!(
            codes(&schema, &wrong),
            [
                "id:api-wrong-form",
                "kind:not-a-choice",
                "list.0:api-wrong-type",
                "more:api-field-unknown",
                "on:api-wrong-form",
                "n:required",
            ]
        );
        let fine = json!({
            "id": "018f3b5e-0000-7000-8000-000000000000", "on": null, "n": 1, "kind": "b", "list": []
        });
        assert!(codes(&schema, &fine).is_empty());
        assert_eq!(codes(&schema, &json!([])), [":api-wrong-type"]);
    }

    #[test]
    fn texts_with_zero_bytes_reach_no_database() {
        assert_eq!(codes(&json!(true), &json!({"a": ["x\u{0}"]})), ["a.0:api-text-not-allowed"]);
    }
}
