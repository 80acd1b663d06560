//! Conditions on fields the bank has added, for lists of other slices.

use std::sync::Arc;

use kernel::{Refusal, Refusals};
use store::Value;
use web::Cx;
use web::ui::FilterField;

use super::model::{Env, Field as About, Raw, Test, read};
use super::pages::added_filters;
use super::queries::{Places, added};
use crate::fields::model::Field;

/// Conditions that have been understood.
pub(crate) struct AddedTests(Vec<(Arc<Field>, Test)>);

impl AddedTests {
    /// Reads the conditions of an address (`field`, `op`, `value` repeated in order) over these fields.
    ///
    /// # Errors
    /// All conditions that are not understood; then nothing may be shown.
    pub(crate) fn read(
        cx: &Cx,
        fields: &[Arc<Field>],
        pairs: &[(String, String)],
    ) -> Result<Self, Refusals> {
        let env = Env {
            today: cx.l.today,
            zone: &cx.l.zone,
            me: cx.principal().user_id,
            extras: &[],
            added: fields,
            currency: cx.app.currency,
            sees_holdings: false,
        };
        let mut tests = Vec::new();
        let mut refusals = Refusals::default();
        for test in read(&Raw::parse(pairs), &env)? {
            match &test.field {
                About::Added(field) => tests.push((Arc::clone(field), test)),
                About::Own(_) | About::Extra(_) => {
                    refusals.push(Refusal::new("list-field-unknown").arg("value", ""));
                }
            }
        }
        refusals.into_result().map(|()| Self(tests))
    }
    /// The conditions over a column with the record's id; their parameters are put behind `values`.
    pub(crate) fn conditions(&self, record: &str, values: Vec<Value>) -> (Vec<String>, Vec<Value>) {
        let mut places = Places::after(values);
        let parts = self.0.iter().map(|(field, test)| added(field.id, test, record, &mut places));
        let parts = parts.collect();
        (parts, places.into_params())
    }
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a builder of conditions offers for these fields.
pub(crate) fn filter_fields(cx: &Cx, fields: &[Arc<Field>]) -> Vec<FilterField> {
    added_filters(cx, fields).collect()
}

/// The conditions of an address as a filter bar shows them.
pub(crate) fn shown_conditions(pairs: &[(String, String)]) -> Vec<web::ui::Condition> {
    let raws = Raw::parse(pairs).into_iter();
    raws.map(|c| web::ui::Condition { field: c.field, operator: c.op, value: c.value }).collect()
}
