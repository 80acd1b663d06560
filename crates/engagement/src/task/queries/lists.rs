//! Lists of tasks: the page, the card, the search box.

use kernel::{ClientId, Date, TaskId, UserId};
use spine::secrecy::Group;
use spine::{OwnAsked, OwnOrder, Principal};
use store::{Cols, Read, StoreError, Value, params};

use super::one::{COLUMNS, TaskRow};
use crate::words;

/// A task with the name of its client.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The task.
    pub task: TaskRow,
    /// What the client is called; empty when the bank holds no name.
    pub client_name: String,
    /// The client's number; empty without a client.
    pub client_number: String,
    /// What it is sorted by in its list: its day, or the key of a field.
    pub place: String,
}

/// The columns [`Listed`] is read from, of the aliases `t` and `c`.
pub(crate) fn listed_columns() -> String {
    format!("{COLUMNS}, coalesce(c.display_name, ''), coalesce(c.number, '')")
}

pub(crate) fn listed(row: store::Row) -> Result<Listed, StoreError> {
    read_listed(&mut row.cols())
}

fn read_listed(c: &mut Cols) -> Result<Listed, StoreError> {
    let task = TaskRow::from_cols(c)?;
    let place = task.due_on.to_string();
    Ok(Listed { task, client_name: c.take()?, client_number: c.take()?, place })
}

/// Tasks seen as belonging to their assignee, which is what the policy's filter compares.
pub(crate) const SCOPED: &str = "(select task.*, task.assignee_id as manager_id from task) t \
     left join client c on c.id = t.client_id";

/// Whose tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of these people.
    Of(Vec<UserId>),
    /// Of everybody the person's `task.read` reaches.
    Scope,
}

/// Which tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// Open ones.
    #[default]
    Open,
    /// Open and late.
    Overdue,
    /// Due today.
    Today,
    /// Open ones for very important clients.
    Vip,
    /// Open promises.
    Promises,
    /// Open ones whose owner has left.
    #[serde(rename = "ownerless")]
    WithoutOwner,
    /// Done or cancelled, the latest due first.
    Closed,
}

impl Which {
    /// All, in the order of the tabs.
    pub const ALL: [Which; 7] = [
        Which::Open,
        Which::Overdue,
        Which::Today,
        Which::Vip,
        Which::Promises,
        Which::WithoutOwner,
        Which::Closed,
    ];
    /// Stable word, as in the address; texts under `task-which-` + it.
    pub const fn key(self) -> &'static str {
        match self {
            Which::Open => "open",
            Which::Overdue => "overdue",
            Which::Today => "today",
            Which::Vip => "vip",
            Which::Promises => "promises",
            Which::WithoutOwner => "ownerless",
            Which::Closed => "closed",
        }
    }
    /// From the word; open ones when it is none of ours.
    pub fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|w| w.key() == key).unwrap_or_default()
    }
    fn condition(self, today: Date, values: &mut Vec<Value>) -> String {
        let mut day = |operator: &str| {
            values.push(today.into());
            format!("t.state = 'open' and t.due_on {operator} ${}", values.len())
        };
        match self {
            Which::Open => "t.state = 'open'".to_owned(),
            Which::Overdue => day("<"),
            Which::Today => day("="),
            Which::Vip => "t.state = 'open' and t.vip = 1".to_owned(),
            Which::Promises => "t.state = 'open' and t.kind = 'promise'".to_owned(),
            Which::WithoutOwner => "t.state = 'open' and t.needs_owner = 1".to_owned(),
            Which::Closed => "t.state <> 'open'".to_owned(),
        }
    }
}

/// A place in the order of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What the last row is sorted by: its day, or the key of a field.
    pub place: String,
    /// The last row.
    pub id: TaskId,
}

impl Cursor {
    /// As it stands in an address: `2026-11-23_0192…`.
    pub fn word(&self) -> String {
        format!("{}_{}", self.place, self.id)
    }
    /// From the word; `None` when it is no place.
    pub fn from_word(word: &str) -> Option<Self> {
        let (place, id) = word.rsplit_once('_')?;
        (!place.contains('\0')).then_some(())?;
        Some(Self { place: place.to_owned(), id: id.parse().ok()? })
    }
}

/// Which page of which tasks.
pub struct Page<'a> {
    /// Today.
    pub today: Date,
    /// The place it begins behind.
    pub after: Option<Cursor>,
    /// Rows at most.
    pub limit: i64,
    /// What is asked in fields of the bank's own; their order goes before that by day.
    pub own: &'a OwnAsked,
}

/// The statement behind [`list`].
pub fn statement(
    principal: &Principal,
    (whose, which): (&Whose, Which),
    page: Page<'_>,
) -> (String, Vec<Value>) {
    let mut values = params![page.limit].to_vec();
    let (key, join, is_down) = match &page.own.order {
        Some(order) => (OwnOrder::EXPRESSION, order.join("t.id", &mut values), order.is_descending),
        None => ("t.due_on", String::new(), which == Which::Closed),
    };
    let condition = which.condition(page.today, &mut values);
    let own = page.own.conditions("t.id", &mut values);
    let reach = match whose {
        Whose::Of(people) => any_of("t.assignee_id", people, &mut values),
        Whose::Scope => {
            let filter = principal.filter_rows("task.read", "t", values.len() + 1);
            values.extend(filter.params);
            format!("{} and {}", filter.sql, told(principal, &mut values))
        }
    };
    let (sign, order) = if is_down { ("<", "desc") } else { (">", "asc") };
    let behind = page.after.map_or_else(String::new, |after| {
        values.push(after.place.into());
        values.push(after.id.into());
        let n = values.len();
        format!(" and ({key}, t.id) {sign} (${}, ${n})", n - 1)
    });
    let sql = format!(
        "select {}, {key} from {SCOPED}{join} where {condition} and {reach}{own}{behind} \
         order by {key} {order}, t.id {order} limit $1",
        listed_columns()
    );
    (sql, values)
}

/// One page of tasks, by day; closed ones with the latest day first.
///
/// # Errors
/// The database's.
pub async fn list<R: Read>(
    db: &mut R,
    principal: &Principal,
    which: (&Whose, Which),
    page: Page<'_>,
) -> Result<Vec<Listed>, StoreError> {
    let (sql, values) = statement(principal, which, page);
    let rows = db.query(&sql, &values).await?.into_iter().map(|row| {
        let mut c = row.cols();
        let listed = read_listed(&mut c)?;
        Ok(Listed { place: c.take()?, ..listed })
    });
    rows.collect()
}

/// Whether a task `t` of a client `c` is told to a person: his own is, and those of clients whose history he
/// sees.
pub(crate) fn told(principal: &Principal, values: &mut Vec<Value>) -> String {
    if principal.sees_always(Group::History) {
        return "1 = 1".to_owned();
    }
    let seen = principal.sees_filter(Group::History, "c", values.len() + 1);
    values.extend(seen.params);
    let mut own = String::new();
    if let Some(me) = principal.user_id {
        values.push(me.into());
        own = format!(" or t.assignee_id = ${}", values.len());
    }
    format!("(t.client_id is null or {}{own})", seen.sql)
}

/// `column in ($6, $7)`; the people are added to the values.
pub(crate) fn any_of(column: &str, people: &[UserId], values: &mut Vec<Value>) -> String {
    let places: Vec<String> =
        (0..people.len()).map(|i| format!("${}", values.len() + 1 + i)).collect();
    values.extend(people.iter().map(|p| Value::from(*p)));
    if places.is_empty() {
        "1 = 0".to_owned()
    } else {
        format!("{column} in ({})", places.join(", "))
    }
}

/// The open tasks of a client, the nearest first.
///
/// # Errors
/// The database's.
pub async fn of_client<R: Read>(
    db: &mut R,
    client: ClientId,
    limit: i64,
) -> Result<Vec<TaskRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from task t where t.client_id = $1 and t.state = 'open' \
         order by t.due_on, t.priority, t.id limit $2"
    );
    let rows = db.query(&sql, params![client, limit]).await?;
    rows.into_iter().map(|r| TaskRow::from_cols(&mut r.cols())).collect()
}

/// Titles of tasks, for lines of history that name them only by id.
///
/// # Errors
/// The database's.
pub async fn titles<R: Read>(
    db: &mut R,
    ids: &[TaskId],
) -> Result<std::collections::BTreeMap<TaskId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(std::collections::BTreeMap::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|i| format!("${i}")).collect();
    let sql = format!("select id, title from task where id in ({})", places.join(", "));
    let values: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut out = std::collections::BTreeMap::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        out.insert(c.take()?, c.take()?);
    }
    Ok(out)
}

/// Of each person and of the branch, so many open tasks are searched from the search box, the earliest first.
const SEARCHED: i64 = 1_000;

/// Open tasks that hold all words of a query, among the first thousand of each of `people` and of the
/// person's branch when his `task.read` reaches it. Larger reaches are searched from the list's page, not from
/// the search box.
///
/// # Errors
/// The database's.
pub async fn search<R: Read>(
    db: &mut R,
    principal: &Principal,
    people: &[UserId],
    query: &str,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let stems = words::stems(query);
    if stems.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = params![limit].to_vec();
    let beyond_self = principal.scope("task.read").is_some_and(|s| s >= spine::Scope::Branch);
    let branch = principal.branch_id.filter(|_| beyond_self);
    // lists put together, each along its index: an `or` over the columns would walk all open tasks of the bank
    let mut lists = Vec::new();
    let whose = people.iter().map(|person| ("assignee_id", Value::from(*person)));
    for (column, whose) in whose.chain(branch.map(|branch| ("branch_id", branch.into()))) {
        values.push(whose);
        lists.push(format!(
            "select id, title_norm from (select id, title_norm from task where state = 'open' \
             and {column} = ${} order by due_on, id limit {SEARCHED}) l{}",
            values.len(),
            lists.len()
        ));
    }
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let mut holds = Vec::new();
    for stem in &stems {
        values.push(words::pattern(stem).into());
        holds.push(format!("title_norm like ${}", values.len()));
    }
    let found =
        format!("select id from ({}) f where {}", lists.join(" union all "), holds.join(" and "));
    let told = told(principal, &mut values);
    let sql = format!(
        "select {} from task t left join client c on c.id = t.client_id where t.id in ({found}) \
         and {told} order by t.due_on, t.id limit $1",
        listed_columns()
    );
    db.query(&sql, &values).await?.into_iter().map(listed).collect()
}
