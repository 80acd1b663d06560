//! Keeping what the lines need.

use serde::{Deserialize, Serialize};
use spine::{Command, Error, Offline, Work};
use store::params;

/// Keeps something of the node itself, unless it is kept already.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeepSecret {
    /// Under which name.
    pub(crate) name: String,
    /// What, sealed.
    pub(crate) sealed: Vec<u8>,
}

impl Command for KeepSecret {
    const NAME: &'static str = "branch.keep_secret";
    const PERMISSION: &'static str = "system";
    const OFFLINE: Offline = Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql =
            "insert into node_setting (name, value) values ($1, $2) on conflict (name) do nothing";
        w.execute(sql, params![self.name.as_str(), serde_json::to_string(&self.sealed)?]).await?;
        Ok(())
    }
}
