//! A set of rules: read, checked, listed, asked. The only place that knows Cedar.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Effect, Entities, Entity, EntityId,
    EntityTypeName, EntityUid, Policy, PolicyId, PolicySet, Request, RestrictedExpression, Schema,
    ValidationMode, Validator,
};

use crate::{Act, What, Who};

const SCHEMA: &str = include_str!("schema.cedarschema");
/// Longest text of a set of rules (bytes).
const TEXT_MAX: usize = 200_000;

/// What is wrong with a text of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule, when it is known which.
    pub rule: Option<String>,
    /// The line it stands in, from 1, when it is known.
    pub line: Option<usize>,
    /// What the engine says, in English.
    pub words: String,
}

/// Everything that is wrong with a text of rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|f| f.words.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Faults(pub Vec<Fault>);

/// One rule, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id: `@id` of its text.
    pub id: String,
    /// It allows; otherwise it forbids, and a rule that forbids wins.
    pub allows: bool,
    /// In Russian: `@ru`.
    pub ru: String,
    /// In English: `@en`.
    pub en: String,
    /// As written.
    pub text: String,
}

/// An answer and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub is_allowed: bool,
    /// Ids of the rules that decided; none: nothing allows it.
    pub rules: Vec<String>,
    /// A rule could not be worked out; the answer is no.
    pub has_failed: bool,
}

/// A checked set of rules.
pub struct Rules {
    find: PolicySet,
    read: PolicySet,
    export: PolicySet,
    break_glass: PolicySet,
    list: Vec<Rule>,
    authorizer: Authorizer,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("rules", &self.list.len()).finish_non_exhaustive()
    }
}

impl Rules {
    /// No rule at all: nothing is allowed.
    pub fn empty() -> Rules {
        Rules {
            find: PolicySet::new(),
            read: PolicySet::new(),
            export: PolicySet::new(),
            break_glass: PolicySet::new(),
            list: Vec::new(),
            authorizer: Authorizer::new(),
        }
    }
    /// Reads and checks a text.
    ///
    /// # Errors
    /// Everything that is wrong with it: syntax, unknown words, rules without an id or words, ids twice.
    pub fn read(text: &str) -> Result<Rules, Faults> {
        if text.len() > TEXT_MAX {
            return Err(plain(None, format!("the text is longer than {TEXT_MAX} bytes")));
        }
        let parsed = PolicySet::from_str(text)
            .map_err(|errors| Faults(errors.iter().map(|e| fault(None, text, e)).collect()))?;
        if parsed.templates().next().is_some() {
            return Err(plain(None, "a rule with a slot cannot be used".to_owned()));
        }
        let (named, list) = named(&parsed)?;
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA)
            .map_err(|e| plain(None, format!("the schema: {e}")))?;
        let checked = Validator::new(schema).validate(&named, ValidationMode::Strict);
        let faults: Vec<Fault> = checked
            .validation_errors()
            .map(|e| fault(Some(e.policy_id().to_string()), text, e))
            .collect();
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        let of = |verb: &str| subset(&named, verb);
        Ok(Rules {
            find: of("find")?,
            read: of("read")?,
            export: of("export")?,
            break_glass: of("break_glass")?,
            list,
            authorizer: Authorizer::new(),
        })
    }

    /// The rules, in the order of the text.
    pub fn list(&self) -> &[Rule] {
        &self.list
    }
    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.list.iter().find(|rule| rule.id == id)
    }

    /// Asks the rules. A rule that cannot be worked out makes the answer no.
    pub fn decide(&self, who: &Who, act: Act, what: What) -> Decision {
        let set = match act {
            Act::Find => &self.find,
            Act::Read(_) => &self.read,
            Act::Export(_) => &self.export,
            Act::BreakGlass => &self.break_glass,
        };
        let Some((request, entities)) = question(who, act, what) else {
            return Decision { has_failed: true, ..Decision::default() };
        };
        let answer = self.authorizer.is_authorized(&request, set, &entities);
        let has_failed = answer.diagnostics().errors().next().is_some();
        let mut rules: Vec<String> =
            answer.diagnostics().reason().map(ToString::to_string).collect();
        rules.sort_unstable_by_key(|id| self.list.iter().position(|rule| rule.id == *id));
        let is_allowed = answer.decision() == CedarDecision::Allow && !has_failed;
        Decision { is_allowed, rules, has_failed }
    }
}

/// Every rule under its own id, with its words.
fn named(parsed: &PolicySet) -> Result<(PolicySet, Vec<Rule>), Faults> {
    let mut policies: Vec<&Policy> = parsed.policies().collect();
    // the engine numbers them policy0, policy1, … in the order of the text
    policies.sort_by_key(|p| {
        p.id().to_string().trim_start_matches("policy").parse::<usize>().unwrap_or(usize::MAX)
    });
    let mut faults = Vec::new();
    let (mut set, mut list) = (PolicySet::new(), Vec::new());
    for policy in policies {
        let words = |key: &str| policy.annotation(key).unwrap_or("").trim().to_owned();
        let rule = Rule {
            id: words("id"),
            allows: policy.effect() == Effect::Permit,
            ru: words("ru"),
            en: words("en"),
            text: policy.to_string(),
        };
        for (key, value) in [("id", &rule.id), ("ru", &rule.ru), ("en", &rule.en)] {
            if value.is_empty() {
                let rule = Some(rule.id.clone()).filter(|id| !id.is_empty());
                faults.push(Fault { rule, line: None, words: format!("a rule has no @{key}") });
            }
        }
        if set.add(policy.new_id(PolicyId::new(&rule.id))).is_err() {
            let words = format!("the id {} stands twice", rule.id);
            faults.push(Fault { rule: Some(rule.id.clone()), line: None, words });
        }
        list.push(rule);
    }
    if faults.is_empty() { Ok((set, list)) } else { Err(Faults(faults)) }
}

/// The rules that speak of an action: fewer to walk for each question.
fn subset(all: &PolicySet, verb: &str) -> Result<PolicySet, Faults> {
    let mut set = PolicySet::new();
    let action = uid("Action", verb).ok_or_else(|| plain(None, "no such action".to_owned()))?;
    for policy in all.policies() {
        let speaks = match policy.action_constraint() {
            cedar_policy::ActionConstraint::Any => true,
            cedar_policy::ActionConstraint::In(actions) => actions.contains(&action),
            cedar_policy::ActionConstraint::Eq(one) => one == action,
        };
        if speaks {
            set.add(policy.clone())
                .map_err(|e| plain(Some(policy.id().to_string()), e.to_string()))?;
        }
    }
    Ok(set)
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind = EntityTypeName::from_str(kind).ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn question(who: &Who, act: Act, what: What) -> Option<(Request, Entities)> {
    let (person, card) = (uid("Person", "asks")?, uid("Card", "asked")?);
    let word = |kind: &str, key: &str| Some(RestrictedExpression::new_entity_uid(uid(kind, key)?));
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let roles = who.roles.iter().map(|role| text(role));
    let of_person = HashMap::from([
        ("roles".to_owned(), RestrictedExpression::new_set(roles)),
        ("branch".to_owned(), text(&who.branch)),
        ("region".to_owned(), text(&who.region)),
        ("team".to_owned(), text(&who.team)),
        ("isProgram".to_owned(), RestrictedExpression::new_bool(who.is_program)),
    ]);
    let group = act.group().map_or("heading", |group| group.key());
    let of_card = HashMap::from([
        ("level".to_owned(), word("Level", what.level.key())?),
        ("relation".to_owned(), word("Relation", what.relation.key())?),
        ("nature".to_owned(), word("Nature", what.nature.key())?),
        ("group".to_owned(), word("Group", group)?),
    ]);
    let person_entity = Entity::new(person.clone(), of_person, HashSet::new()).ok()?;
    let card_entity = Entity::new(card.clone(), of_card, HashSet::new()).ok()?;
    let entities = Entities::from_entities([person_entity, card_entity], None).ok()?;
    let opened = RestrictedExpression::new_bool(what.is_opened);
    let context = Context::from_pairs([("breakGlass".to_owned(), opened)]).ok()?;
    let request = Request::new(person, uid("Action", act.verb())?, card, context, None).ok()?;
    Some((request, entities))
}

fn plain(rule: Option<String>, words: String) -> Faults {
    Faults(vec![Fault { rule, line: None, words }])
}

/// What the engine says, with the line its first label points at.
fn fault<E: miette::Diagnostic + std::fmt::Display>(
    rule: Option<String>,
    text: &str,
    error: &E,
) -> Fault {
    let offset = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let line = offset.and_then(|at| text.get(..at)).map(|before| before.matches('\n').count() + 1);
    Fault { rule, line, words: error.to_string() }
}
