//! Lists by fields of a bank's own go along their index.

use engagement::task::queries::{Page, Which, Whose, statement};
use kernel::FieldId;
use parties::fields::model::FieldKind;
use spine::{OwnAsked, OwnConditions, OwnOrder};
use store::{Dialect, Read, Value};
use testkit::Bank;

use crate::custom_fields::spec;
use crate::own_fields::{add, new};
use crate::support::both;

/// A condition as the list of tasks makes it.
struct Is(FieldId, &'static str);

impl OwnConditions for Is {
    fn sql(&self, record: &str, values: &mut Vec<Value>) -> Vec<String> {
        values.push(self.0.into());
        values.push(self.1.into());
        let n = values.len();
        vec![format!(
            "exists (select 1 from custom_index x where x.field_id = ${} and x.record_id = {record} \
             and x.key in (${n}))",
            n - 1
        )]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_and_order_are_read_from_the_index() {
    both(async |bank: &Bank| {
        let field = add(bank, "task", "x_code", spec("Код", FieldKind::Text)).await;
        for n in 0..30 {
            let code = format!("к{n}");
            bank.execute("manager", &new(None, &code, &[("x_code", &code)])).await.unwrap();
        }
        let principal = bank.as_role("manager").principal;
        let people = Whose::Of(vec![bank.user("manager")]);
        let order =
            OwnOrder { field_id: field.uuid(), key: "x_code".to_owned(), is_descending: false };
        for own in [
            OwnAsked { conditions: Some(Box::new(Is(field, "к7"))), order: None },
            OwnAsked { conditions: None, order: Some(order) },
        ] {
            let asked = Page { today: bank.today(), after: None, limit: 51, own: &own };
            let (sql, values) = statement(&principal, (&people, Which::Open), asked);
            let mut tx = bank.writer.begin().await.unwrap();
            let explain = match tx.dialect() {
                Dialect::Sqlite => "explain query plan ",
                Dialect::Postgres => {
                    // thirty rows are read whole; which index is there is what is asked
                    tx.execute("set local enable_seqscan = off", &[]).await.unwrap();
                    "explain "
                }
            };
            let mut plan = String::new();
            for row in tx.query(&format!("{explain}{sql}"), &values).await.unwrap() {
                for value in row.into_values() {
                    if let Value::Text(line) = value {
                        plan += &line;
                        plan += "\n";
                    }
                }
            }
            tx.rollback().await.unwrap();
            let by_index = plan.lines().any(|line| {
                let is_sqlite =
                    line.starts_with("SEARCH") && (line.contains(" x ") || line.contains(" own "));
                is_sqlite || line.contains("custom_index_")
            });
            assert!(
                by_index && !plan.contains("SCAN x") && !plan.contains("Seq Scan on custom_index"),
                "{plan}"
            );
        }
    })
    .await;
}
