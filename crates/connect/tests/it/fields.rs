//! Every option of a field, and mappings that are refused.

use connect::feed::{Feed, FeedErrorCode, FeedReader, FieldValue, Mapping, PROJECT_MAPPINGS};

use crate::support::{drain, folder, read};

/// A mapping with these fields over a comma-separated file; the id is the first column.
fn mapping(fields: &str) -> String {
    format!(
        r#"
version = 1
source = "test"
currency = "RUB"
[[files]]
name = "rows"
pattern = "rows.csv"
kind = "row"
format = {{ type = "delimited", delimiter = ",", encoding = "utf-8" }}
id = {{ of = ["k"] }}
fields = [ {{ to = "k", from = "k" }}, {fields} ]
"#
    )
}

/// The field `x` of the only row, or the code of its reject.
fn check(field: &str, header: &str, row: &str) -> Result<Option<String>, &'static str> {
    let file = format!("k,{header}\n1,{row}\n");
    let (records, rejects) = read(&mapping(field), "rows.csv", file.as_bytes());
    match (records.first(), rejects.first()) {
        (Some(record), None) => Ok(record.fields.get("x").map(ToString::to_string)),
        (None, Some(reject)) => Err(reject.code.code()),
        _ => panic!("one row, one outcome"),
    }
}

fn some(text: &str) -> Result<Option<String>, &'static str> {
    Ok(Some(text.to_owned()))
}

#[test]
fn options_of_text() {
    assert_eq!(check("{ to = 'x', from = 'a' }", "a", "  v "), some("v"));
    assert_eq!(check("{ to = 'x', from = 'a', keep_blanks = true }", "a", "  v "), some("  v "));
    assert_eq!(check("{ to = 'x', from = 'a' }", "a", "   "), Ok(None));
    assert_eq!(check("{ to = 'x', value = 'const' }", "a", "v"), some("const"));
    assert_eq!(check("{ to = 'x', from = ['b', 'A'] }", "a", "v"), some("v"));
    assert_eq!(check("{ to = 'x', from = 'b', optional = true }", "a", "v"), Ok(None));
    assert_eq!(check("{ to = 'x', concat = ['a', 'b', 'c'] }", "a,b,c", "u,,w"), some("u w"));
    assert_eq!(check("{ to = 'x', concat = ['a', 'b'], sep = '-' }", "a,b", "u,v"), some("u-v"));
    assert_eq!(check("{ to = 'x', from = 'a', empty = ['?', '-'] }", "a", "-"), Ok(None));
    assert_eq!(check("{ to = 'x', from = 'a', default = 'd' }", "a", ""), some("d"));
    assert_eq!(check("{ to = 'x', from = 'a', required = true }", "a", ""), Err("required"));
    let strip =
        "{ to = 'x', from = 'a', strip_prefix = 'A', strip_suffix = '.0', strip_zeros = true }";
    assert_eq!(check(strip, "a", "A0000002378.0"), some("2378"));
    assert_eq!(check(strip, "a", "A000.0"), some("0"));
    assert_eq!(check(strip, "a", "B1.0"), Err("affix"));
    assert_eq!(
        check("{ to = 'x', from = 'a', prefix = 'cl-', suffix = '!' }", "a", "7"),
        some("cl-7!")
    );
}

#[test]
fn lists_of_values() {
    let map = |more: &str| {
        format!("{{ to = 'x', from = 'a', map = {{ A = 'open', B = 'closed' }}{more} }}")
    };
    assert_eq!(check(&map(""), "a", "B"), some("closed"));
    assert_eq!(check(&map(""), "a", "C"), Err("not-mapped"));
    assert_eq!(check(&map(""), "a", ""), Ok(None));
    assert_eq!(check(&map(", otherwise = 'unknown'"), "a", "C"), some("unknown"));
    assert_eq!(check(&map(", otherwise = ''"), "a", "C"), Ok(None));
    assert_eq!(check(&map(", keep_others = true"), "a", "C"), some("C"));
}

#[test]
fn types() {
    let typed = |t: &str| format!("{{ to = 'x', from = 'a', {t} }}");
    assert_eq!(check(&typed("as = 'integer'"), "a", "1 000"), some("1000"));
    assert_eq!(check(&typed("as = 'integer'"), "a", "1.5"), Err("integer"));
    assert_eq!(check(&typed("as = 'integer'"), "a", "9223372036854775808"), Err("range"));
    assert_eq!(check(&typed("as = 'decimal'"), "a", "-0.050"), some("-0.050"));
    assert_eq!(check(&typed("as = 'money'"), "a", "\"1 234,5\""), some("1234.50 RUB"));
    assert_eq!(check(&typed("as = 'money', currency = 'JPY'"), "a", "12"), some("12 JPY"));
    assert_eq!(
        check(&typed("as = 'money', currency_from = 'c'"), "a,c", "12.5,usd"),
        some("12.50 USD")
    );
    assert_eq!(
        check(&typed("as = 'money', currency_from = 'c'"), "a,c", "12,RUR"),
        some("12.00 RUB")
    );
    assert_eq!(
        check(&typed("as = 'money', currency_from = 'c'"), "a,c", "12,руб"),
        Err("currency")
    );
    let signed = typed("as = 'money', negate_when = { column = 'd', values = ['debit'] }");
    assert_eq!(check(&signed, "a,d", "12,debit"), some("-12.00 RUB"));
    assert_eq!(check(&signed, "a,d", "12,credit"), some("12.00 RUB"));
}

#[test]
fn types_of_dates_and_words() {
    let typed = |t: &str| format!("{{ to = 'x', from = 'a', {t} }}");
    assert_eq!(
        check(&typed("as = 'date', format = 'dd.mm.yyyy'"), "a", "23.11.2026"),
        some("2026-11-23")
    );
    let either = typed("as = 'date', format = ['dd.mm.yyyy', 'yyyy-mm-dd']");
    assert_eq!(check(&either, "a", "2026-11-23"), some("2026-11-23"));
    assert_eq!(check(&either, "a", "23/11/2026"), Err("date"));
    let short = typed("as = 'date', format = 'yymmdd', pivot = 0");
    assert_eq!(check(&short, "a", "010203"), some("1901-02-03"));
    let moment = typed("as = 'datetime', format = 'yymmdd hh:mm:ss'");
    assert_eq!(check(&moment, "a", "931107 01:02:03"), some("1993-11-07T01:02:03"));
    assert_eq!(check(&typed("as = 'bool'"), "a", "Да"), some("true"));
    assert_eq!(check(&typed("as = 'bool'"), "a", "2"), Err("bool"));
    assert_eq!(check(&typed("as = 'birth_number_date'"), "a", "706213"), some("1970-12-13"));
    assert_eq!(check(&typed("as = 'birth_number_sex'"), "a", "450204"), some("male"));
    assert_eq!(check(&typed("as = 'birth_number_sex'"), "a", "459904"), Err("birth-number"));
}

#[test]
fn values_of_other_files() {
    let field =
        "{ to = 'x', from = 'a', lookup = { file = 'cities', key = 'code', value = 'city' } }";
    let with = |field: &str| {
        mapping(field)
            + r#"
[[files]]
name = "cities"
pattern = "cities.csv"
format = { type = "delimited", delimiter = "," }
"#
    };
    let cities: &[u8] = b"code,city\n7,Tver\n8,\n";
    let read = |field: &str, a: &str| {
        let rows = format!("k,a\n1,{a}\n");
        let dir = folder(&[("rows.csv", rows.as_bytes()), ("cities.csv", cities)]);
        let feed = Feed::open(Mapping::parse(&with(field)).unwrap(), dir.path()).unwrap();
        // A rule without a kind gives no records.
        assert_eq!(feed.files().len(), 1);
        let (records, rejects) = drain(feed.reader(&feed.files()[0]).unwrap());
        match rejects.first() {
            Some(reject) => Err(reject.code.code()),
            None => Ok(records[0].fields.get("x").map(ToString::to_string)),
        }
    };
    assert_eq!(read(field, "7"), some("Tver"));
    assert_eq!(read(field, "8"), Ok(None));
    assert_eq!(read(field, "9"), Err("not-found"));
    assert_eq!(
        read(
            &field.replace(" }", ", otherwise = '' }").replacen(", otherwise = '' }", " }", 1),
            "9"
        ),
        Ok(None)
    );
}

#[test]
fn rows_without_an_id_get_a_stable_one() {
    let text = mapping("{ to = 'x', from = 'a' }").replace(
        "of = [\"k\"]",
        "of = [\"k\", \"x\"], hash = true, ordinal = true, prefix = \"t-\"",
    );
    let file = b"k,a\n1,u\n1,u\n1,v\n1u,\n1,u\n";
    let ids = || -> Vec<String> {
        read(&text, "rows.csv", file).0.into_iter().map(|r| r.external_id).collect()
    };
    let first = ids();
    assert_eq!(first, ids());
    assert!(first.iter().all(|id| id.starts_with("t-")));
    assert_eq!(first[0].strip_suffix("#1"), first[1].strip_suffix("#2"));
    assert_eq!(first[0].strip_suffix("#1"), first[4].strip_suffix("#3"));
    assert_ne!(first[2], first[0]);
    assert_ne!(
        first[3].strip_suffix("#1"),
        first[0].strip_suffix("#1"),
        "(1, u) is not (1u, nothing)"
    );

    let plain = text.replace("hash = true, ordinal = true, prefix = \"t-\"", "prefix = \"t-\"");
    let ids: Vec<String> =
        read(&plain, "rows.csv", file).0.into_iter().map(|r| r.external_id).collect();
    assert_eq!(ids, ["t-1/u", "t-1/u", "t-1/v", "t-1u/", "t-1/u"]);
    let (_, rejects) = read(&plain, "rows.csv", b"k,a,b\n,,1\n");
    assert_eq!(rejects[0].code.code(), "id-empty");
}

#[test]
fn totals_are_passed_over() {
    let text = mapping("{ to = 'x', from = 'a' }")
        .replace("kind = \"row\"", "kind = \"row\"\nskip = [{ column = 'k', values = ['Итого'] }]");
    let (records, rejects) = read(&text, "rows.csv", "k,a\n1,u\nИтого,9\n".as_bytes());
    assert_eq!((records.len(), rejects.len()), (1, 0));
}

#[test]
fn records_and_values_survive_json() {
    let (records, _) = read(
        &mapping(
            "{ to = 'x', from = 'a', as = 'money' }, { to = 'y', from = 'k', as = 'reference', ref = 'client' }",
        ),
        "rows.csv",
        b"k,a\n1,2.50\n",
    );
    let json = serde_json::to_string(&records[0]).unwrap();
    assert_eq!(
        json,
        r#"{"row":2,"kind":"row","external_id":"1","fields":{"k":{"text":"1"},"x":{"money":{"minor":250,"currency":"RUB"}},"y":{"reference":{"kind":"client","id":"1"}}}}"#
    );
    assert_eq!(serde_json::from_str::<connect::feed::Record>(&json).unwrap(), records[0]);
    assert!(matches!(records[0].fields["x"], FieldValue::Money(_)));
}

#[test]
fn mappings_that_cannot_work_are_refused_with_the_place() {
    let refused = |text: &str| Mapping::parse(text).map_err(|e| (e.code, e.place)).unwrap_err();
    let field = |f: &str| refused(&mapping(f));
    let x = |code| (code, "rows.x".to_owned());
    assert_eq!(field("{ to = 'x' }"), x(FeedErrorCode::MappingSource));
    assert_eq!(field("{ to = 'x', from = 'a', value = 'b' }"), x(FeedErrorCode::MappingSource));
    assert_eq!(field("{ to = 'x', from = 'a', as = 'date' }"), x(FeedErrorCode::MappingOption));
    assert_eq!(
        field("{ to = 'x', from = 'a', format = 'yymmdd' }"),
        x(FeedErrorCode::MappingOption)
    );
    assert_eq!(
        field("{ to = 'x', from = 'a', as = 'date', format = 'mm.yyyy' }"),
        x(FeedErrorCode::MappingDateFormat)
    );
    assert_eq!(
        field("{ to = 'x', from = 'a', as = 'reference' }"),
        x(FeedErrorCode::MappingOption)
    );
    assert_eq!(field("{ to = 'x', from = 'a', otherwise = 'b' }"), x(FeedErrorCode::MappingOption));
    assert_eq!(
        field("{ to = 'x', from = 'a', lookup = { file = 'no', key = 'k', value = 'v' } }"),
        x(FeedErrorCode::MappingLookup)
    );
    assert_eq!(field("{ to = 'k', from = 'a' }").0, FeedErrorCode::MappingDuplicate);
}

#[test]
fn rules_that_cannot_work_are_refused() {
    let refused = |text: &str| Mapping::parse(text).unwrap_err();
    let whole = mapping("{ to = 'x', from = 'a', as = 'money' }");
    let change = |from: &str, to: &str| refused(&whole.replace(from, to)).code;
    assert_eq!(change("currency = \"RUB\"", ""), FeedErrorCode::MappingCurrency);
    assert_eq!(change("version = 1", "version = 2"), FeedErrorCode::MappingVersion);
    assert_eq!(change("of = [\"k\"]", "of = [\"nothing\"]"), FeedErrorCode::MappingId);
    assert_eq!(change("rows.csv", "../rows.csv"), FeedErrorCode::MappingPattern);
    assert_eq!(change("delimiter = \",\"", "delimiter = \"::\""), FeedErrorCode::MappingDelimiter);
    assert_eq!(change("delimiter = \",\"", "delimeter = \",\""), FeedErrorCode::MappingSyntax);
    assert_eq!(change("kind = \"row\"", ""), FeedErrorCode::MappingId);
    let error = Mapping::parse("version = 1\nsource = 'x'\nfiles = 7\n").unwrap_err();
    assert_eq!(error.args[0], ("line".to_owned(), "3".to_owned()));
}

#[test]
fn mappings_of_the_project_read_back_from_their_own_toml() {
    for (name, text) in PROJECT_MAPPINGS {
        let mapping = Mapping::parse(text).unwrap();
        assert_eq!(mapping.source, name);
        assert_eq!(mapping.title.len(), 2, "a title in both languages");
        assert_eq!(Mapping::parse(&mapping.to_toml()).unwrap(), mapping);
    }
}

#[test]
fn readers_can_move_to_the_thread_of_a_job() {
    fn moves<T: Send>() {}
    moves::<Feed>();
    moves::<FeedReader>();
}
