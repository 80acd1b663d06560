//! The first version of the demo bank's method, so that a branch that enrols has something to work by.

use spine::bundle::commands::PublishBundle;
use spine::bundle::{Stage, queries};
use spine::{Error, Services};

use super::ids::Ids;
use crate::model::DemoBank;

/// Publishes what the loaded bank goes by to all branches, once. The node must sign for the centre.
///
/// # Errors
/// The database's.
pub async fn release(services: &Services, bank: &DemoBank, seed: u64) -> Result<(), Error> {
    let draft = queries::draft(&mut services.reader.clone(), services).await?;
    if !draft.is_new {
        return Ok(());
    }
    let publish = PublishBundle {
        version: draft.version,
        print: draft.print,
        note: "Первая версия".to_owned(),
        in_force_at: None,
        stage: Stage::all(),
    };
    let id = Ids::new(seed, bank.today()).command("release", 0);
    services.execute(&services.system("demo"), id, &publish).await?;
    Ok(())
}
