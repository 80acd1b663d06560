//! Where a tenant's database and key file are.

use std::path::PathBuf;
use std::sync::Arc;

use store::keys::Root;
use store::{address, admin};

use super::Tenants;
use crate::config::Config;
use crate::{RunError, root};

impl Tenants {
    /// The folder of a tenant.
    pub(super) fn folder_of(&self, key: &str) -> PathBuf {
        self.folder.join(key)
    }
    /// The address of a tenant's database.
    ///
    /// # Errors
    /// When the server's address is not one.
    pub(super) fn url_of(&self, key: &str) -> Result<String, RunError> {
        match &self.server {
            Some(server) => Ok(address::with_database(server, &database(key))?),
            None => Ok(format!("sqlite:{}", self.folder_of(key).join("bank.db").display())),
        }
    }
    /// The configuration of a tenant's node: that of the installation, over the tenant's own database and key.
    ///
    /// # Errors
    /// As [`Tenants::url_of`].
    pub(super) fn config_of(&self, key: &str, common: &Config) -> Result<Config, RunError> {
        Ok(Config {
            db: self.url_of(key)?,
            key_file: self.folder_of(key).join("bank.db.key"),
            // a replica and a public address are of one bank, not of all
            replica: None,
            public_url: String::new(),
            oidc: Vec::new(),
            tenants: None,
            ..common.clone()
        })
    }
    /// Makes an empty database for a tenant.
    ///
    /// # Errors
    /// When there is one already, or the server or the disk refuses; then nothing was made and nothing touched.
    pub(super) async fn make(&self, key: &str) -> Result<(), RunError> {
        let folder = self.folder_of(key);
        std::fs::create_dir_all(&self.folder)
            .map_err(RunError::io(self.folder.display().to_string()))?;
        std::fs::create_dir(&folder).map_err(RunError::io(folder.display().to_string()))?;
        let Some(server) = &self.server else { return Ok(()) };
        if let Err(error) = admin::create_database(server, &database(key)).await {
            // only the empty folder made above
            std::fs::remove_dir(&folder).map_err(RunError::io(folder.display().to_string()))?;
            return Err(error.into());
        }
        Ok(())
    }
    /// Removes a tenant's database and key: nothing of his data, in whichever backup of ours, opens any more
    /// without a copy of the key.
    ///
    /// # Errors
    /// When the server or the disk refuses.
    pub(super) async fn remove(&self, key: &str) -> Result<(), RunError> {
        if let Some(server) = &self.server {
            admin::drop_database(server, &database(key)).await?;
        }
        let folder = self.folder_of(key);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(RunError::io(folder.display().to_string())(error))
            }
            _ => Ok(()),
        }
    }
}

/// The name of a tenant's PostgreSQL database; the key is letters and digits.
fn database(key: &str) -> String {
    format!("tessera_tenant_{key}")
}

/// What opens a tenant's keys.
pub(super) fn root_of(config: &Config) -> Arc<dyn Root> {
    root::named(&config.key_file, &config.key_command)
}
