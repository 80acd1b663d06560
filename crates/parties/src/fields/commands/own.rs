//! Changing the own fields of a record of the product by themselves, whatever object it is of.

use kernel::Refusals;
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, FieldEdit, Typed, Work};
use uuid::Uuid;

use crate::fields::queries::with_writers;

/// Changes fields the bank has added on a record of the product: a task, a link, an account… The room that owns the
/// record says who may.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditOwn {
    /// Of which object.
    pub object: String,
    /// Which record.
    pub record_id: Uuid,
    /// Fields with what the form showed and what was typed.
    pub edits: Vec<FieldEdit>,
}

impl Command for EditOwn {
    const NAME: &'static str = "parties.edit_own";
    const PERMISSION: &'static str = "app.use";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let object = w.fieldable().iter().find(|one| one.key == self.object).copied();
        let object = object.ok_or(Error::NotFound)?;
        let hold = object.hold.ok_or(Error::NotFound)?;
        let held = hold(w, self.record_id).await?;
        let mut refusals = Refusals::default();
        let change = w
            .own_values(Typed {
                object: object.key,
                stored: Some(&held.values),
                edits: &self.edits,
                refusals: &mut refusals,
            })
            .await;
        let change = with_writers(w, self.record_id, change).await?;
        refusals.into_result()?;
        if change.changed.is_empty() {
            return Ok(());
        }
        w.write_own(&object, self.record_id, &change).await?;
        if held.clients.is_empty() {
            w.record(object.key, self.record_id, None, change.noted(Change::new()));
        }
        for client in held.clients {
            w.record(object.key, self.record_id, Some(client), change.noted(Change::new()));
        }
        Ok(())
    }
}
