//! The kept answers of the rules as an SQL condition over the client's table.

use policy::{Act, Gate, Level, Nature, Relation};
use store::Value;

use crate::{Filter, Principal};

/// Where all of these are allowed; none when that is on every card. Over `kind`, `branch_id`, `manager_id`
/// and `id` of the table, and the levels beside it; parameters are numbered from `first_place`.
pub(crate) fn condition(
    principal: &Principal,
    acts: &[Act],
    table: &str,
    first_place: usize,
) -> Option<Filter> {
    let gate = principal.decider.gate(acts, false);
    if gate.is_open() {
        return None;
    }
    let mut sql = Sql { table, first_place, params: Vec::new(), relation: None };
    let closed = sql.allowed(&gate);
    let mut condition = sql.related(principal, &closed);
    if !principal.opened.is_empty() {
        let opened = principal.decider.gate(acts, true);
        let places: Vec<String> =
            principal.opened.iter().map(|one| sql.put(one.client_id.into())).collect();
        let opened = sql.allowed(&opened);
        let allowed = sql.related(principal, &opened);
        condition =
            format!("({condition} or ({table}.id in ({}) and {allowed}))", places.join(", "));
    }
    Some(Filter { sql: condition, params: sql.params })
}

/// Stands for the relation until it is known that it is needed: a parameter that no text uses is an error.
const RELATION: &str = "{relation}";

struct Sql<'a> {
    table: &'a str,
    first_place: usize,
    params: Vec<Value>,
    relation: Option<String>,
}

impl Sql<'_> {
    /// A condition with the relation in its place.
    fn related(&mut self, principal: &Principal, condition: &str) -> String {
        if !condition.contains(RELATION) {
            return condition.to_owned();
        }
        let relation = match self.relation.take() {
            Some(known) => known,
            None => self.relation(principal),
        };
        let whole = condition.replace(RELATION, &relation);
        self.relation = Some(relation);
        whole
    }

    fn put(&mut self, value: Value) -> String {
        self.params.push(value);
        format!("${}", self.first_place + self.params.len() - 1)
    }

    /// What the client is to the person, as a number: the place of the relation.
    fn relation(&mut self, principal: &Principal) -> String {
        let table = self.table;
        let mut arms = String::new();
        if let Some(me) = principal.user_id {
            let me = self.put(me.into());
            arms.push_str(&format!(" when {table}.manager_id = {me} then 0"));
        }
        let team: Vec<String> =
            principal.team_members.iter().map(|m| self.put((*m).into())).collect();
        if !team.is_empty() {
            arms.push_str(&format!(" when {table}.manager_id in ({}) then 1", team.join(", ")));
        }
        if let Some(branch) = principal.branch_id {
            let branch = self.put(branch.into());
            arms.push_str(&format!(" when {table}.branch_id = {branch} then 2"));
        }
        let region: Vec<String> =
            principal.region_branches.iter().map(|b| self.put((*b).into())).collect();
        if !region.is_empty() {
            arms.push_str(&format!(" when {table}.branch_id in ({}) then 3", region.join(", ")));
        }
        if arms.is_empty() { "4".to_owned() } else { format!("case{arms} else 4 end") }
    }

    fn allowed(&self, gate: &Gate) -> String {
        let levels: Vec<String> =
            Level::ALL.iter().filter_map(|level| self.level(gate, *level)).collect();
        match levels.as_slice() {
            [] => "1 = 0".to_owned(),
            some => format!("({})", some.join(" or ")),
        }
    }

    /// The cards of one level; none when nothing is allowed on any of them.
    fn level(&self, gate: &Gate, level: Level) -> Option<String> {
        let table = self.table;
        let of = |nature| under(gate.relations(level, nature));
        let (natural, legal) = (of(Nature::Natural), of(Nature::Legal));
        let kept = |more: &str| {
            format!("exists (select 1 from client_secrecy y where y.client_id = {table}.id{more})")
        };
        let is_level = match level {
            // only what is closed has a row
            Level::Open => format!("not {}", kept("")),
            closed => kept(&format!(" and y.level = '{}'", closed.key())),
        };
        if natural == legal {
            return match natural.as_str() {
                "1 = 0" => None,
                "1 = 1" => Some(is_level),
                some => Some(format!("({is_level} and {some})")),
            };
        }
        let natures = "('person', 'sole_trader')";
        Some(format!(
            "({is_level} and (({table}.kind in {natures} and {natural}) \
             or ({table}.kind not in {natures} and {legal})))"
        ))
    }
}

fn under(relations: &[Relation]) -> String {
    if relations.is_empty() {
        return "1 = 0".to_owned();
    }
    if relations.len() == Relation::ALL.len() {
        return "1 = 1".to_owned();
    }
    let places: Vec<String> = Relation::ALL
        .iter()
        .enumerate()
        .filter(|(_, one)| relations.contains(one))
        .map(|(place, _)| place.to_string())
        .collect();
    format!("({RELATION}) in ({})", places.join(", "))
}
