//! Forward-only, re-runnable migrations: one text for both databases.
//!
//! The text uses four type words that the databases spell differently: `@id`, `@int`, `@bytes`, `@serial`
//! (a numbered primary key), `@sorted` (text that sorts by its bytes on both) and, at the end of a table, `@strict`, or `@clustered` when its rows shall lie in key order. A block between `--@postgres` or `--@sqlite` and `--@end` is for one of them.
//!
//! A step only adds, so that programs of the version before go on working beside it. One that takes away or
//! changes what they use says so by a line `--@contracts`; programs that do not know it refuse the database
//! from then on, see [`crate::dump::schema::contractions`].

use refinery::{Migration as RefineryMigration, Runner};

use crate::db::Backend;
use crate::{StoreError, Writer};

/// One step of the schema. Numbers are unique over all modules; a module owns a hundred.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Order and identity.
    pub number: u32,
    /// Short name, letters and underscores.
    pub name: &'static str,
    /// The text, see the module's page.
    pub sql: &'static str,
}

/// The store's own tables; numbers 1 to 99.
pub const MIGRATIONS: [Migration; 6] = [
    Migration { number: 1, name: "journal", sql: include_str!("../migrations/0001_journal.sql") },
    Migration { number: 2, name: "queue", sql: include_str!("../migrations/0002_queue.sql") },
    Migration { number: 3, name: "nodes", sql: include_str!("../migrations/0003_nodes.sql") },
    Migration { number: 5, name: "keys", sql: include_str!("../migrations/0005_keys.sql") },
    Migration { number: 6, name: "capture", sql: include_str!("../migrations/0006_capture.sql") },
    Migration {
        number: 7,
        name: "row_before",
        sql: include_str!("../migrations/0007_row_before.sql"),
    },
];

impl Writer {
    /// Brings the schema up to date; answers how many steps were applied.
    ///
    /// # Errors
    /// [`StoreError::Migration`] with the step and the database's words; a failed step leaves no trace.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<usize, StoreError> {
        let sqlite = matches!(self.backend(), Backend::Sqlite(_));
        let steps = migrations
            .iter()
            .map(|m| {
                // `U`: applied whenever absent, so that a module added later may own a lower hundred
                let name = format!("U{}__{}", m.number, m.name);
                RefineryMigration::unapplied(&name, &text(m, sqlite))
                    .map_err(|e| StoreError::Migration(e.to_string()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let runner = Runner::new(&steps).set_abort_missing(false).set_abort_divergent(true);
        let words = |e: refinery::Error| StoreError::Migration(chain(&e));
        let report = match self.backend() {
            Backend::Sqlite(pool) => {
                pool.with_writer(|connection| runner.run(connection).map_err(words)).await?
            }
            Backend::Postgres(pool) => {
                let mut connection = pool.connection().await?;
                connection.batch_execute("select pg_advisory_lock(7450001)").await?;
                let result = runner.run_async(&mut **connection).await.map_err(words);
                connection.batch_execute("select pg_advisory_unlock(7450001)").await?;
                result?
            }
        };
        Ok(report.applied_migrations().len())
    }
}

/// An error and its causes in one line, each said once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = inner.source();
    }
    text
}

/// The text of a step; a contraction is noted in the same transaction.
fn text(step: &Migration, sqlite: bool) -> String {
    let mut text = dialect_text(step.sql, sqlite);
    if step.sql.lines().any(|line| line.trim() == "--@contracts") {
        text.push_str(&format!(
            "insert into schema_contraction (step, name) values ({}, '{}') \
             on conflict (step) do nothing;\n",
            step.number, step.name
        ));
    }
    text
}

fn dialect_text(sql: &str, sqlite: bool) -> String {
    let other = if sqlite { "--@postgres" } else { "--@sqlite" };
    let mut skipping = false;
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        match line.trim() {
            "--@end" => skipping = false,
            mark if mark == other => skipping = true,
            "--@postgres" | "--@sqlite" => {}
            _ if skipping => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    let words: [(&str, &str); 7] = if sqlite {
        [
            ("@id", "blob"),
            ("@int", "integer"),
            ("@bytes", "blob"),
            ("@sorted", "text"),
            ("@strict", "strict"),
            ("@clustered", "strict, without rowid"),
            ("@serial", "integer primary key autoincrement"),
        ]
    } else {
        [
            ("@id", "uuid"),
            ("@int", "bigint"),
            ("@bytes", "bytea"),
            ("@sorted", "text collate \"C\""),
            ("@strict", ""),
            ("@clustered", ""),
            ("@serial", "bigint generated by default as identity primary key"),
        ]
    };
    for (word, kind) in words {
        out = out.replace(word, kind);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::dialect_text;

    #[test]
    fn one_text_becomes_two() {
        let sql = "create table t (a @id, b @int) @strict;\n--@postgres\nx;\n--@end\ny;";
        assert_eq!(dialect_text(sql, true), "create table t (a blob, b integer) strict;\ny;\n");
        assert_eq!(dialect_text(sql, false), "create table t (a uuid, b bigint) ;\nx;\ny;\n");
    }
}
