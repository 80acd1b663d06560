//! The statements that read the rows of a branch, made of what the rooms say of their tables.

use kernel::{BranchId, ClientId};
use store::dump::schema::{Kind, Table};
use store::{Dialect, Read, Row, StoreError, Value, params};

use super::{How, Replicated};

/// What the rooms say of all tables, ready to be asked.
pub struct Scope {
    tables: Vec<Scoped>,
}

/// One table.
pub(super) struct Scoped {
    /// The table.
    pub(super) table: Table,
    /// What its room says of it.
    pub(super) said: Replicated,
    select: String,
    condition: String,
    has_branch: bool,
    key_places: Vec<usize>,
}

impl Scope {
    /// `tables` are those of the database, `how` what the rooms say of them. A table they say nothing of is a newer
    /// version's, which works beside this one while it is being brought in: it does not travel.
    pub fn new(tables: &[Table], how: &[Replicated]) -> Self {
        let clients = clients(how);
        let scoped = |table: &Table| {
            let said = *how.iter().find(|r| r.table == table.name)?;
            Some(Scoped::new(table, said, &condition(said.how, &clients)?))
        };
        Self { tables: tables.iter().filter_map(scoped).collect() }
    }
    /// The tables whose rows travel.
    pub(super) fn tables(&self) -> &[Scoped] {
        &self.tables
    }
    /// A table by name.
    pub(super) fn table(&self, name: &str) -> Option<&Scoped> {
        self.tables.iter().find(|t| t.table.name == name)
    }
    /// The tables whose rows a branch takes back when the centre has not done what it has.
    pub(super) fn undone(&self) -> Vec<Table> {
        let undone = self.tables.iter().filter(|t| t.said.keeps.is_empty());
        undone.map(|t| t.table.clone()).collect()
    }
    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|t| t.table.name.as_str())
    }
    /// What is watched for changes at the centre.
    pub(super) fn watched(&self) -> Vec<store::capture::Watched> {
        self.tables.iter().map(|t| store::capture::Watched::new(&t.table, t.client())).collect()
    }
}

impl Scoped {
    fn new(table: &Table, said: Replicated, condition: &str) -> Self {
        let quoted = |name: &String| format!("t.\"{name}\"");
        let shown = |name: &String| match said.hides {
            Some((columns, but)) if columns.contains(&name.as_str()) => {
                format!("case when {but} then {} else '' end", quoted(name))
            }
            _ => quoted(name),
        };
        let select: Vec<String> = table.columns.iter().map(|c| shown(&c.name)).collect();
        let select = select.join(", ");
        let place = |name: &String| table.columns.iter().position(|c| c.name == *name);
        Self {
            table: table.clone(),
            said,
            has_branch: condition.contains("{branch}") || select.contains("{branch}"),
            select,
            condition: condition.to_owned(),
            key_places: table.key.iter().filter_map(place).collect(),
        }
    }
    /// The column of the client a row belongs to.
    pub(super) fn client(&self) -> Option<&str> {
        match self.said.how {
            How::Client(column) => Some(column),
            How::Clients(_) => Some("id"),
            _ => self.table.columns.iter().find(|c| c.name == "client_id").map(|c| c.name.as_str()),
        }
    }
    /// What the columns of the key hold.
    pub(super) fn key_kinds(&self) -> Vec<Kind> {
        let kind = |place: &usize| self.table.columns.get(*place).map(|c| c.kind);
        self.key_places.iter().filter_map(kind).collect()
    }
    /// The key of a row.
    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key_places.iter().filter_map(|place| row.get(*place).cloned()).collect()
    }
    fn key(&self) -> String {
        let quoted: Vec<String> =
            self.table.key.iter().map(|name| format!("t.\"{name}\"")).collect();
        quoted.join(", ")
    }
    /// A statement over rows of a branch, its first parameter when it asks for the branch.
    fn of_branch(&self, branch: BranchId, more: &str) -> (String, Vec<Value>) {
        let sql = format!(
            "select {} from \"{}\" t where ({}){more}",
            self.select, self.table.name, self.condition
        );
        let values = if self.has_branch { params![branch].to_vec() } else { Vec::new() };
        (sql.replace("{branch}", "$1"), values)
    }
    /// The rows of a branch behind a key, in key order.
    pub(super) async fn page<R: Read>(
        &self,
        db: &mut R,
        branch: BranchId,
        after: &[Value],
        size: usize,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let (first, key) = (usize::from(self.has_branch) + 1, self.key());
        let behind = match after.len() {
            0 => String::new(),
            n => format!(" and ({key}) > ({})", places(first, n)),
        };
        let (sql, mut values) =
            self.of_branch(branch, &format!("{behind} order by {key} limit {size}"));
        values.extend(after.iter().cloned());
        rows(db, &sql, &values).await
    }
    /// Those rows of a branch that have one of these keys.
    pub(super) async fn of_keys<R: Read>(
        &self,
        db: &mut R,
        branch: BranchId,
        keys: &[Vec<Value>],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let is_one = self.is_one_of(usize::from(self.has_branch) + 1, keys, db.dialect());
        let (sql, mut values) = self.of_branch(branch, &format!(" and {is_one}"));
        values.extend(keys.iter().flatten().cloned());
        rows(db, &sql, &values).await
    }
    /// Those of these keys that stand in the table, whoever's they are.
    pub(super) async fn standing<R: Read>(
        &self,
        db: &mut R,
        keys: &[Vec<Value>],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "select {} from \"{}\" t where {}",
            self.key(),
            self.table.name,
            self.is_one_of(1, keys, db.dialect())
        );
        let values: Vec<Value> = keys.iter().flatten().cloned().collect();
        rows(db, &sql, &values).await
    }
    /// The keys of all rows there are.
    pub(super) async fn keys<R: Read>(&self, db: &mut R) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = format!("select {} from \"{}\" t", self.key(), self.table.name);
        rows(db, &sql, &[]).await
    }
    /// Every row that belongs to one of these clients.
    pub(super) async fn of_clients<R: Read>(
        &self,
        db: &mut R,
        branch: BranchId,
        clients: &[ClientId],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let Some(last) = clients.last() else { return Ok(Vec::new()) };
        // the last one fills up, so that few different statements are prepared
        let count = clients.len().next_power_of_two();
        let all = places(1, count);
        let condition = match self.said.how {
            How::Own(_) | How::Strategy(_) | How::All => return Ok(Vec::new()),
            How::Clients(_) => format!("t.id in ({all})"),
            How::Client(column) => format!("t.\"{column}\" in ({all})"),
            How::Of(said) | How::Through(said) if !said.contains("{clients}") => {
                return Ok(Vec::new());
            }
            // what is the branch's own without them is not meant
            How::Of(said) | How::Through(said) => {
                said.replace("{clients}", &format!("({all})")).replace("{branch}", "null")
            }
        };
        let mut values: Vec<Value> = clients
            .iter()
            .chain(std::iter::repeat(last))
            .take(count)
            .map(|c| (*c).into())
            .collect();
        let select = self.select.replace("{branch}", &format!("${}", count + 1));
        if select != self.select {
            values.extend(params![branch].iter().cloned());
        }
        let sql = format!("select {select} from \"{}\" t where {condition}", self.table.name);
        rows(db, &sql, &values).await
    }
    /// Whether the condition speaks of nothing but the key: then it can be asked of a row that is gone.
    pub(super) fn is_told_by_key(&self) -> bool {
        let (How::Of(said) | How::Through(said)) = self.said.how else { return false };
        let columns = said.split("t.").skip(1).filter_map(|rest| {
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            rest.split(|c| !is_word(c)).next()
        });
        let mut columns = columns.filter(|name| self.table.columns.iter().any(|c| c.name == *name));
        columns.all(|name| self.table.key.iter().any(|k| k == name))
    }
    /// Those of these keys, of rows that are gone, of which the condition holds.
    pub(super) async fn would_have<R: Read>(
        &self,
        db: &mut R,
        branch: BranchId,
        keys: &[Vec<Value>],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let names = (1..).zip(&self.table.key).map(|(n, name)| format!("column{n} as \"{name}\""));
        let names: Vec<String> = names.collect();
        let values_of = self.values(usize::from(self.has_branch) + 1, keys, db.dialect());
        let sql = format!(
            "select {} from (select {} from (values {values_of}) v) t where {}",
            self.key(),
            names.join(", "),
            self.condition
        );
        let mut values = if self.has_branch { params![branch].to_vec() } else { Vec::new() };
        values.extend(keys.iter().flatten().cloned());
        rows(db, &sql.replace("{branch}", "$1"), &values).await
    }
    /// Deletes what is not the branch's own, at the branch.
    pub(super) fn sweep(&self) -> Option<String> {
        match self.said.how {
            How::Of(_) | How::Through(_) => Some(
                format!(
                    "delete from \"{0}\" where ({1}) in (select {2} from \"{0}\" t where ({3}) is not true)",
                    self.table.name,
                    self.key().replace("t.", ""),
                    self.key(),
                    self.condition
                )
                .replace("{branch}", "$1"),
            ),
            _ => None,
        }
    }
    /// Whether the sweep asks for the branch.
    pub(super) fn sweep_has_branch(&self) -> bool {
        self.condition.contains("{branch}")
    }
    fn is_one_of(&self, first: usize, keys: &[Vec<Value>], dialect: Dialect) -> String {
        let width = self.key_places.len();
        if width == 1 {
            return format!("{} in ({})", self.key(), places(first, keys.len()));
        }
        format!("({}) in (values {})", self.key(), self.values(first, keys, dialect))
    }
    /// Places for keys, as rows of a `values`.
    fn values(&self, first: usize, keys: &[Vec<Value>], dialect: Dialect) -> String {
        let (width, kinds) = (self.key_places.len(), self.key_kinds());
        let one = |n: usize| {
            let typed = (first + n * width..).zip(&kinds).map(|(n, kind)| typed(n, *kind, dialect));
            format!("({})", typed.collect::<Vec<_>>().join(", "))
        };
        let all: Vec<String> = (0..keys.len()).map(one).collect();
        all.join(", ")
    }
}

/// A parameter that stands where nothing tells PostgreSQL what it is.
fn typed(place: usize, kind: Kind, dialect: Dialect) -> String {
    let word = match (kind, dialect) {
        (Kind::Int, _) => "bigint",
        (Kind::Text, _) => "text",
        (Kind::Id, Dialect::Postgres) => "uuid",
        (Kind::Bytes, Dialect::Postgres) => "bytea",
        (Kind::Id | Kind::Bytes, Dialect::Sqlite) => return format!("${place}"),
    };
    format!("cast(${place} as {word})")
}

async fn rows<R: Read>(
    db: &mut R,
    sql: &str,
    values: &[Value],
) -> Result<Vec<Vec<Value>>, StoreError> {
    Ok(db.query(sql, values).await?.into_iter().map(Row::into_values).collect())
}

fn places(first: usize, count: usize) -> String {
    let all: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    all.join(", ")
}

/// The ids of the clients a branch has, as a query in brackets.
fn clients(how: &[Replicated]) -> String {
    let own = how.iter().find_map(|r| match r.how {
        How::Clients(condition) => Some((r.table, condition)),
        _ => None,
    });
    match own {
        Some((table, condition)) => format!("(select t.id from \"{table}\" t where {condition})"),
        None => "(null)".to_owned(),
    }
}

/// The condition of a table's rows; none when none of them travels.
fn condition(how: How, clients: &str) -> Option<String> {
    match how {
        How::Own(_) | How::Strategy(_) => None,
        How::All => Some("1 = 1".to_owned()),
        How::Clients(condition) => Some(condition.to_owned()),
        How::Client(column) => Some(format!("t.\"{column}\" in {clients}")),
        How::Of(condition) | How::Through(condition) => {
            Some(condition.replace("{clients}", clients))
        }
    }
}
