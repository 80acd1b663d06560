//! The same work by hand: the statements one would write for just this, over the bare drivers.

use kernel::{ClientId, Clock, Entropy, RandomEntropy, SystemClock};
use rusqlite::types::ValueRef;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::Failed;

/// Rows of a list page.
pub(crate) const PAGE: usize = 50;
/// Contacts the card shows.
pub(crate) const TIMELINE: usize = 30;
/// What is searched: the beginning of many names.
pub(crate) const PART: &str = "петр";

const HEAD: &str = "c.id, c.kind, c.number, c.display_name, c.status, c.segment, c.branch_id, \
     c.manager_id, c.preferred_channel, c.birth_date, c.registered_on, c.client_since, \
     c.verified_on, c.public_person, c.updated_at";

const CARD: [&str; 7] = [
    "select role, since from client_role where client_id = $1 and until is null order by role",
    "select id, client_id, kind, value, raw, label, is_main, source, author_id, at \
     from client_contact where client_id = $1 and archived_at is null order by is_main desc, at desc, id",
    "select a.id, a.number, a.kind, a.currency, a.branch_id, a.opened_on, a.closed_on, a.matures_on, \
     a.rate_bp, a.limit_minor, a.balance_minor, a.balance_on, a.statement_frequency, r.role, \
     (select max(m.month) from account_month m where m.account_id = a.id and m.operations > 0) \
     from account_role r join account a on a.id = r.account_id where r.client_id = $1 \
     order by a.opened_on desc, a.id",
    "select id, account_id, client_id, kind, pan_masked, issued_on, expires_on, state \
     from card where client_id = $1 order by issued_on desc, id",
    "select id, number, account_id, client_id, kind, currency, amount_minor, term_months, \
     payment_minor, rate_bp, opened_on, ends_on, state, owed_minor, overdue_minor, days_past_due, \
     next_payment_on from loan where client_id = $1 order by opened_on desc, id",
    "select i.id, i.client_id, i.at, i.channel, i.direction, i.topic, i.subject, i.body, i.result, \
     i.author_id, i.branch_id, i.waiting_seconds, i.handling_seconds, i.corrects_id, i.created_at, \
     n.id, t.id, t.title, t.due_on, t.assignee_id, t.state from interaction i \
     left join interaction n on n.corrects_id = i.id \
     left join task t on t.source_interaction_id = i.id \
     where i.client_id = $1 order by i.at desc, i.id desc limit 30",
    "select purpose, channel, state from client_consent where client_id = $1 order by at desc, id desc",
];
/// Where in [`CARD`] the consents stand, of which only the newest of a kind count.
const CONSENTS: usize = 6;

/// A parameter.
enum P {
    Id(Uuid),
    Text(String),
    Int(i64),
    None,
}

/// A bare driver.
pub(crate) enum Bare {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<Server>),
}

pub(crate) struct Server {
    client: tokio_postgres::Client,
    prepared: std::collections::BTreeMap<String, tokio_postgres::Statement>,
}

impl Bare {
    pub(crate) async fn open(url: &str) -> Result<Bare, Failed> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let connection = rusqlite::Connection::open(path)?;
            connection.busy_timeout(std::time::Duration::from_secs(10))?;
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(None, "foreign_keys", "on")?;
            connection.pragma_update(None, "cache_size", -16_000)?;
            connection.set_prepared_statement_cache_capacity(256);
            return Ok(Bare::Sqlite(Box::new(connection)));
        }
        let (client, driver) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(driver);
        Ok(Bare::Postgres(Box::new(Server { client, prepared: std::collections::BTreeMap::new() })))
    }
    pub(crate) async fn list(&mut self) -> Result<usize, Failed> {
        let sql = format!(
            "select {HEAD}, c.created_at, c.employer from client c \
                           order by c.sort_name, c.id limit 51"
        );
        Ok(self.rows(&sql, &[]).await?.min(PAGE))
    }
    pub(crate) async fn card(&mut self, client: ClientId) -> Result<usize, Failed> {
        let id = [P::Id(client.uuid())];
        let mut rows =
            self.rows(&format!("select {HEAD} from client c where c.id = $1"), &id).await?;
        for (place, sql) in CARD.into_iter().enumerate() {
            let found = self.rows(sql, &id).await?;
            rows += if place == CONSENTS { 0 } else { found };
        }
        Ok(rows)
    }
    pub(crate) async fn search(&mut self) -> Result<usize, Failed> {
        let sql = format!(
            "select {HEAD} from client_token t join client c on c.id = t.client_id \
             where t.token >= $1 and t.token < $2 order by t.token, t.client_id limit 60"
        );
        // the words of names are kept in Latin letters
        let params = [P::Text("petr".to_owned()), P::Text("pets".to_owned())];
        Ok(self.rows(&sql, &params).await?.min(PAGE))
    }
    /// The contact, the client's last contact, and who did what when.
    pub(crate) async fn command(&mut self, client: ClientId) -> Result<usize, Failed> {
        let now = SystemClock.now();
        let id = || P::Id(RandomEntropy.id(now));
        let (at, text) = (|| P::Int(now.micros()), |text: &str| P::Text(text.to_owned()));
        let (interaction, client) = (RandomEntropy.id(now), || P::Id(client.uuid()));
        self.run("begin").await?;
        self.rows("select branch_id, manager_id from client where id = $1", &[client()]).await?;
        self.rows(
            "insert into command_log (id, name, actor_id, at, digest, result) \
             values ($1, 'bench', null, $2, $3, '1') returning id",
            &[id(), at(), P::Id(Uuid::nil())],
        )
        .await?;
        self.rows(
            "insert into interaction (id, client_id, at, channel, direction, subject, body, text_norm, \
             status, author_id, created_at) \
             values ($1, $2, $3, 'phone', 'in', $4, $5, $6, 'done', $7, $3) returning id",
            &[P::Id(interaction), client(), at(), text("Звонок"), text("О вкладе"),
                text("звонок о вкладе"), P::None],
        )
        .await?;
        self.rows(
            "insert into client_step (client_id, last_contact_at, open_tasks) values ($1, $2, 0) \
             on conflict (client_id) do update set last_contact_at = excluded.last_contact_at \
             returning client_id",
            &[client(), at()],
        )
        .await?;
        let txid = match self {
            Bare::Sqlite(_) => "0",
            Bare::Postgres(_) => "cast(cast(pg_current_xact_id() as text) as bigint)",
        };
        let sql = format!(
            "insert into journal_entry (txid, at, operation_id, command_id, node, channel, command, \
             entity, entity_id, client_id, changes) values ({txid}, $1, $2, $2, 'bench', 'bench', \
             'bench', 'interaction', $3, $4, $5) returning seq"
        );
        let changes =
            r#"{"channel":[null,"phone"],"subject":[null,"Звонок"],"body":[null,"О вкладе"]}"#;
        self.rows(&sql, &[at(), id(), P::Id(interaction), client(), text(changes)]).await?;
        self.run("commit").await?;
        Ok(1)
    }

    async fn run(&mut self, sql: &str) -> Result<(), Failed> {
        match self {
            // as a writer must who is not alone
            Bare::Sqlite(db) if sql == "begin" => db.execute_batch("begin immediate")?,
            Bare::Sqlite(db) => db.execute_batch(sql)?,
            Bare::Postgres(server) => server.client.batch_execute(sql).await?,
        }
        Ok(())
    }
    /// Reads every column of every row; answers how many rows there were.
    async fn rows(&mut self, sql: &str, params: &[P]) -> Result<usize, Failed> {
        match self {
            Bare::Sqlite(db) => sqlite_rows(db, sql, params),
            Bare::Postgres(server) => server.rows(sql, params).await,
        }
    }
}

fn sqlite_rows(db: &rusqlite::Connection, sql: &str, params: &[P]) -> Result<usize, Failed> {
    let mut statement = db.prepare_cached(&sql.replace('$', "?"))?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        for column in 0..width {
            match row.get_ref(column)? {
                ValueRef::Text(text) => {
                    drop(std::hint::black_box(str::from_utf8(text)?.to_owned()))
                }
                ValueRef::Blob(bytes) => drop(std::hint::black_box(Uuid::from_slice(bytes))),
                other => drop(std::hint::black_box(other)),
            }
        }
        count += 1;
    }
    Ok(count)
}

impl rusqlite::ToSql for P {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            P::Id(id) => ValueRef::Blob(id.as_bytes()),
            P::Text(text) => ValueRef::Text(text.as_bytes()),
            P::Int(number) => ValueRef::Integer(*number),
            P::None => ValueRef::Null,
        }))
    }
}

impl Server {
    async fn rows(&mut self, sql: &str, params: &[P]) -> Result<usize, Failed> {
        let statement = match self.prepared.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.client.prepare(sql).await?;
                self.prepared.insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        let digest = Uuid::nil().as_bytes().to_vec();
        let given: Vec<&(dyn ToSql + Sync)> = params
            .iter()
            .zip(statement.params())
            .map(|(param, kind)| -> &(dyn ToSql + Sync) {
                match param {
                    P::Id(_) if *kind == Type::BYTEA => &digest,
                    P::Id(id) => id,
                    P::Text(text) => text,
                    P::Int(number) => number,
                    P::None => &None::<Uuid>,
                }
            })
            .collect();
        let rows = self.client.query(&statement, &given).await?;
        for row in &rows {
            for (place, column) in row.columns().iter().enumerate() {
                match *column.type_() {
                    Type::UUID => {
                        let _ = std::hint::black_box(row.try_get::<_, Option<Uuid>>(place)?);
                    }
                    Type::INT8 => {
                        let _ = std::hint::black_box(row.try_get::<_, Option<i64>>(place)?);
                    }
                    _ => {
                        let _ = std::hint::black_box(row.try_get::<_, Option<String>>(place)?);
                    }
                }
            }
        }
        Ok(rows.len())
    }
}
