//! Test cases of rules, one a line, as an officer writes them:
//!
//! `clerk restricted branch read holdings = no`
//!
//! Roles (with commas), level, relation, action, its group, then any of `legal`, `opened`, `program`, and
//! the expected answer. What follows `#` is a remark.

use policy::{Act, Level, Nature, Relation, Rules, What, Who};

/// Cases of one set of rules at most.
const CASES_MAX: usize = 2_000;

/// Who, what, and the answer that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The line it stands in, from 1.
    pub line: usize,
    /// Who asks.
    pub who: Who,
    /// What he wants.
    pub act: Act,
    /// Of which card.
    pub what: What,
    /// Whether he is to get it.
    pub expects: bool,
}

/// A line that is no case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFault {
    /// Which, from 1; 0 when there are too many.
    pub line: usize,
}

/// How a case came out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// The rules that decided.
    pub rules: Vec<String>,
}

/// Reads cases.
///
/// # Errors
/// Every line that is none.
pub fn parse_cases(text: &str) -> Result<Vec<Case>, Vec<CaseFault>> {
    let (mut cases, mut faults) = (Vec::new(), Vec::new());
    for (line, words) in (1..).zip(text.lines()) {
        let words = words.split('#').next().unwrap_or("").trim();
        if words.is_empty() {
            continue;
        }
        match case(line, words) {
            Some(case) => cases.push(case),
            None => faults.push(CaseFault { line }),
        }
    }
    if cases.len() > CASES_MAX {
        faults.push(CaseFault { line: 0 });
    }
    if faults.is_empty() { Ok(cases) } else { Err(faults) }
}

fn case(line: usize, words: &str) -> Option<Case> {
    let (question, answer) = words.split_once('=')?;
    let expects = match answer.trim() {
        "yes" | "да" => true,
        "no" | "нет" => false,
        _ => return None,
    };
    let mut parts = question.split_whitespace().peekable();
    let mut roles: Vec<String> =
        parts.next()?.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect();
    roles.sort_unstable();
    let level = Level::from_key(parts.next()?)?;
    let relation = Relation::from_key(parts.next()?)?;
    let verb = parts.next()?;
    let has_group = matches!(verb, "read" | "export");
    let act = Act::from_words(verb, if has_group { parts.next()? } else { "" })?;
    let mut who = Who { roles, ..Who::default() };
    let mut what = What { level, relation, nature: Nature::Natural, is_opened: false };
    for mark in parts {
        match mark {
            "legal" => what.nature = Nature::Legal,
            "opened" => what.is_opened = true,
            "program" => who.is_program = true,
            _ => return None,
        }
    }
    Some(Case { line, who, act, what, expects })
}

/// The cases that come out otherwise than expected.
pub fn failed(rules: &Rules, cases: &[Case]) -> Vec<Outcome> {
    let outcome = |case: &Case| {
        let answer = rules.decide(&case.who, case.act, case.what);
        (answer.is_allowed != case.expects)
            .then(|| Outcome { case: case.clone(), rules: answer.rules })
    };
    cases.iter().filter_map(outcome).collect()
}
