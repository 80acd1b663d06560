//! The directory of tenants: key, title, host, state. It holds no data of theirs and no way into their databases.

use kernel::Timestamp;
use store::{Migration, Read, Row, Store, StoreError, params};

use crate::RunError;

const MIGRATIONS: [Migration; 1] = [Migration {
    number: 1,
    name: "tenant",
    sql: include_str!("../../migrations/0001_tenant.sql"),
}];

/// Longest key.
const KEY_CHARS_MAX: usize = 30;

/// A bank of this installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    /// Small letters and digits; part of the database's name.
    pub(crate) key: String,
    /// What it is called.
    pub(crate) title: String,
    /// The host its people ask for.
    pub(crate) host: String,
    /// Whether it is served.
    pub(crate) is_active: bool,
    /// Since when it is here.
    pub(crate) made_at: Timestamp,
}

/// The open directory.
pub(crate) struct Directory {
    store: Store,
}

impl Directory {
    /// Opens it, and makes it when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn open(url: &str) -> Result<Directory, StoreError> {
        let store = Store::open(url).await?;
        store.writer.migrate(&MIGRATIONS).await?;
        Ok(Directory { store })
    }
    /// All tenants, by key.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn all(&self) -> Result<Vec<Tenant>, StoreError> {
        let sql = "select key, title, host, state, made_at from tenant order by key";
        self.store.reader.clone().query(sql, &[]).await?.into_iter().map(tenant).collect()
    }
    /// One tenant.
    ///
    /// # Errors
    /// When there is none of that key, or the database's.
    pub(crate) async fn one(&self, key: &str) -> Result<Tenant, RunError> {
        let found = self.all().await?.into_iter().find(|tenant| tenant.key == key);
        found.ok_or_else(|| RunError::Asked(format!("there is no tenant {key}")))
    }
    /// Enters a tenant, suspended: it is served when its database is ready.
    ///
    /// # Errors
    /// When key or host are not well formed or taken.
    pub(crate) async fn enter(&self, tenant: &Tenant) -> Result<(), RunError> {
        check(tenant)?;
        let mut tx = self.store.writer.begin().await?;
        let sql = "insert into tenant (key, title, host, state, made_at) \
                   values ($1, $2, $3, 'suspended', $4)";
        let row = params![&tenant.key, &tenant.title, &tenant.host, tenant.made_at];
        match tx.execute(sql, row).await {
            Ok(_) => Ok(tx.commit().await?),
            Err(StoreError::Constraint(_)) => {
                let words = format!("key {} or host {} is taken", tenant.key, tenant.host);
                Err(RunError::Asked(words))
            }
            Err(error) => Err(error.into()),
        }
    }
    /// Serves a tenant from now on, or no more.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn set_active(&self, key: &str, is_active: bool) -> Result<(), StoreError> {
        let state = if is_active { "active" } else { "suspended" };
        self.write("update tenant set state = $2 where key = $1", params![key, state]).await
    }
    /// Strikes a tenant out.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn strike(&self, key: &str) -> Result<(), StoreError> {
        self.write("delete from tenant where key = $1", params![key]).await
    }
    async fn write(&self, sql: &str, values: &[store::Value]) -> Result<(), StoreError> {
        let mut tx = self.store.writer.begin().await?;
        tx.execute(sql, values).await?;
        tx.commit().await
    }
}

fn tenant(row: Row) -> Result<Tenant, StoreError> {
    let mut c = row.cols();
    Ok(Tenant {
        key: c.take()?,
        title: c.take()?,
        host: c.take()?,
        is_active: c.take::<String>()? == "active",
        made_at: c.take()?,
    })
}

fn check(tenant: &Tenant) -> Result<(), RunError> {
    let key = &tenant.key;
    let is_key = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.len() <= KEY_CHARS_MAX
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !is_key {
        let words = format!(
            "key {key:?}: small letters and digits, a letter first, {KEY_CHARS_MAX} at most"
        );
        return Err(RunError::Asked(words));
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    let host = &tenant.host;
    if host.is_empty() || host.len() > 253 || !host.chars().all(fits) {
        let words = format!("host {host:?}: a name in small letters, without a port");
        return Err(RunError::Asked(words));
    }
    if tenant.title.trim().is_empty() {
        return Err(RunError::Asked("a title is needed".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(key: &str, host: &str) -> Tenant {
        let (key, host) = (key.to_owned(), host.to_owned());
        let made_at = Timestamp::from_micros(1);
        Tenant { key, title: "Bank".to_owned(), host, is_active: false, made_at }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keys_and_hosts_are_well_formed_and_belong_to_one() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("d.db").display());
        let directory = Directory::open(&url).await.unwrap();
        for (key, host) in [
            ("", "a.example"),
            ("Alpha", "a.example"),
            ("1a", "a.example"),
            ("a; drop database x", "a.example"),
            ("../a", "a.example"),
            ("a", ""),
            ("a", "A.example"),
            ("a", "a.example:80"),
            ("a", "a.example/x"),
        ] {
            assert!(directory.enter(&tenant(key, host)).await.is_err(), "{key} {host}");
        }
        directory.enter(&tenant("alpha", "a.example")).await.unwrap();
        assert!(directory.enter(&tenant("alpha", "b.example")).await.is_err());
        assert!(directory.enter(&tenant("beta", "a.example")).await.is_err());
        assert!(!directory.one("alpha").await.unwrap().is_active);
        directory.set_active("alpha", true).await.unwrap();
        assert!(directory.one("alpha").await.unwrap().is_active);
        directory.strike("alpha").await.unwrap();
        assert_eq!(directory.all().await.unwrap(), []);
    }
}
