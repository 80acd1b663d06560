//! Spans of statements for traces. They carry the statement's shape, never its values.

use std::future::Future;

use tracing::Instrument;

/// Runs a statement inside a span named by its shape. Costs nothing while nobody traces.
pub(crate) async fn statement<T>(sql: &str, run: impl Future<Output = T>) -> T {
    let span = tracing::trace_span!(
        target: "trace", "statement", otel.name = %Shape(sql), db.query.summary = %Shape(sql)
    );
    run.instrument(span).await
}

/// The verb and the first table of a statement: `select client`, `insert journal_entry`.
pub(crate) struct Shape<'a>(pub(crate) &'a str);

impl std::fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sql = self.0.strip_prefix(crate::BY_VALUES).unwrap_or(self.0);
        let mut words = sql.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let verb = words.find(|word| !word.is_empty()).unwrap_or("");
        f.write_str(verb)?;
        let before: &[&str] = match verb {
            "insert" => &["into"],
            "update" => &["update"],
            _ => &["from"],
        };
        let outer = outer(sql);
        let mut words = outer.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '('));
        let after = words.by_ref().any(|word| before.contains(&word));
        // `from (select …`: the table stands further in, and its name says more than none
        let table =
            words.find(|word| !word.is_empty()).filter(|word| after && !word.starts_with('('));
        match table {
            Some(table) => write!(f, " {}", table.trim_end_matches('(')),
            None => Ok(()),
        }
    }
}

/// A statement without what stands between its parentheses: questions asked on the way name no table.
fn outer(sql: &str) -> String {
    let mut depth = 0_usize;
    let mut is_outside = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 || (depth == 1 && *c == '(')
    };
    sql.chars().filter(|c| is_outside(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn a_shape_names_verb_and_table_and_no_value() {
        let shape = |sql: &str| Shape(sql).to_string();
        assert_eq!(shape("select a, b from client c where name = 'Ив'"), "select client");
        assert_eq!(shape("insert into command_log (id) values ($1)"), "insert command_log");
        assert_eq!(shape("update staff set x = $1"), "update staff");
        assert_eq!(shape("delete from bell where at < $1"), "delete bell");
        assert_eq!(shape("select 1"), "select");
        assert_eq!(shape(&format!("{}select 1 from client", crate::BY_VALUES)), "select client");
        assert_eq!(shape("select * from (select 1) x"), "select");
        let asks = "select a, exists (select 1 from passkey p where (p.b = 1)) from staff s";
        assert_eq!(shape(asks), "select staff");
    }
}
