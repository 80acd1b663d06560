//! The ring: master keys in memory, data keys looked up, made and destroyed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::{Entropy, Secret, Timestamp};
use uuid::Uuid;

use super::cache::Cache;
use super::{KEY_BYTES, SecretBox};
use crate::{Read, StoreError, Tx, Value, Writer, params};

/// Owner of the bank's own data key: second factors, webhook secrets, what belongs to no client.
pub const BANK: Uuid = Uuid::nil();
/// Owners asked for in one statement.
const ASKED_MAX: usize = 256;
/// Advisory lock of whoever makes or changes master keys (PostgreSQL).
pub(super) const MASTER_LOCK: i64 = 7_450_003;

/// The root refuses or is away; carries words for the operator, never a key.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct RootError(pub String);

/// What seals the master keys, outside the database.
pub trait Root: Send + Sync {
    /// Called when the database holds no master key yet: a key file is made here.
    ///
    /// # Errors
    /// When the root cannot be made ready.
    fn begin(&self, entropy: &dyn Entropy) -> Result<(), RootError>;
    /// Seals under the current key of the root.
    ///
    /// # Errors
    /// When the root does not answer.
    fn seal(&self, entropy: &dyn Entropy, plain: &Secret<Vec<u8>>) -> Result<Vec<u8>, RootError>;
    /// Opens what it, or a former key of it, has sealed.
    ///
    /// # Errors
    /// When it was sealed by another root, or the root does not answer.
    fn open(&self, sealed: &[u8]) -> Result<Secret<Vec<u8>>, RootError>;
}

/// What is known of an owner's key.
pub(super) enum Found {
    /// It is there.
    Key(SecretBox),
    /// It was destroyed.
    Destroyed,
}

#[derive(Default)]
struct Inner {
    root: Option<Arc<dyn Root>>,
    masters: BTreeMap<i64, SecretBox>,
    cache: Cache,
}

/// The keys of one open database. Locked, able to open nothing, until [`Keys::unlock`].
#[derive(Default)]
pub struct Keys {
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Opens the master keys with the root, and makes the first one in a database that has none. Answers the
    /// bank's own data key.
    ///
    /// # Errors
    /// [`StoreError::Keys`] when the root does not open what is stored.
    pub async fn unlock(
        &self,
        writer: &Writer,
        root: Arc<dyn Root>,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<SecretBox, StoreError> {
        self.lock().root = Some(Arc::clone(&root));
        let mut tx = writer.begin().await?;
        tx.lock(MASTER_LOCK).await?;
        if tx.first("select 1 from master_key limit 1", &[]).await?.is_none() {
            root.begin(entropy).map_err(StoreError::root)?;
            make_master(&mut tx, root.as_ref(), (1, entropy, now)).await?;
        }
        self.load(&mut tx).await?;
        let bank = self.for_writing(&mut tx, &[BANK], entropy, now).await?.remove(&BANK);
        tx.commit().await?;
        bank.ok_or_else(|| StoreError::Keys("the bank's own key was destroyed".to_owned()))
    }
    /// Tries whether a root opens the master keys, and unlocks with it what may be read.
    ///
    /// # Errors
    /// As [`Keys::unlock`]; nothing is made.
    pub async fn try_root<R: Read>(
        &self,
        db: &mut R,
        root: Arc<dyn Root>,
    ) -> Result<(), StoreError> {
        self.lock().root = Some(root);
        self.load(db).await
    }
    /// Reads the master keys.
    pub(super) async fn load<R: Read>(&self, db: &mut R) -> Result<(), StoreError> {
        let root = self.lock().root.clone();
        let root = root.ok_or_else(locked)?;
        let mut masters = BTreeMap::new();
        for row in db.query("select id, sealed from master_key order by id", &[]).await? {
            let mut c = row.cols();
            let (id, sealed): (i64, Vec<u8>) = (c.take()?, c.take()?);
            let plain = root.open(&sealed).map_err(StoreError::root)?;
            masters.insert(id, SecretBox::new(&key_of(&plain)?));
        }
        self.lock().masters = masters;
        Ok(())
    }
    /// The newest master key.
    pub(super) fn current(&self) -> Result<(i64, SecretBox), StoreError> {
        let inner = self.lock();
        let (id, key) = inner.masters.last_key_value().ok_or_else(locked)?;
        Ok((*id, key.clone()))
    }
    fn master(&self, id: i64) -> Option<SecretBox> {
        self.lock().masters.get(&id).cloned()
    }
    pub(super) fn master_key(&self, id: i64) -> Result<SecretBox, StoreError> {
        let missing = || StoreError::Keys(format!("master key {id} is not there"));
        self.master(id).ok_or_else(missing)
    }
    pub(super) fn root(&self) -> Result<Arc<dyn Root>, StoreError> {
        self.lock().root.clone().ok_or_else(locked)
    }
    /// Forgets an owner's key on this node; others look again within a minute.
    pub(super) fn forget(&self, owner: Uuid) {
        self.lock().cache.forget(owner);
    }

    /// The keys of owners, as far as there are any.
    pub(super) async fn find<R: Read>(
        &self,
        db: &mut R,
        owners: &[Uuid],
    ) -> Result<BTreeMap<Uuid, Found>, StoreError> {
        let mut found = BTreeMap::new();
        let mut asked: Vec<Uuid> = Vec::new();
        {
            let mut inner = self.lock();
            for owner in owners {
                match inner.cache.get(*owner) {
                    Some(key) => drop(found.insert(*owner, Found::Key(key))),
                    None => asked.push(*owner),
                }
            }
        }
        asked.sort_unstable();
        asked.dedup();
        for some in asked.chunks(ASKED_MAX) {
            self.look_up(db, some, &mut found).await?;
        }
        Ok(found)
    }

    async fn look_up<R: Read>(
        &self,
        db: &mut R,
        owners: &[Uuid],
        found: &mut BTreeMap<Uuid, Found>,
    ) -> Result<(), StoreError> {
        // the last owner fills up, so that few different statements are prepared
        let length = owners.len().next_power_of_two();
        let places: Vec<String> = (1..=length).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select owner_id, master_id, sealed from data_key where owner_id in ({})",
            places.join(", ")
        );
        let filler = owners.last().into_iter().cycle();
        let values: Vec<Value> =
            owners.iter().chain(filler).take(length).map(|id| (*id).into()).collect();
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let owner: Uuid = c.take()?;
            let (master_id, sealed): (Option<i64>, Option<Vec<u8>>) = (c.take()?, c.take()?);
            let Some((master_id, sealed)) = master_id.zip(sealed) else {
                found.insert(owner, Found::Destroyed);
                continue;
            };
            let master = match self.master(master_id) {
                Some(master) => master,
                None => {
                    // another node has begun a new master key
                    self.load(db).await?;
                    self.master_key(master_id)?
                }
            };
            let key = open_data_key(&master, &sealed, owner)?;
            self.lock().cache.put(owner, key.clone());
            found.insert(owner, Found::Key(key));
        }
        Ok(())
    }

    /// The keys of owners for sealing; those that have none get one, those whose key was destroyed are
    /// left out. A new key is known to others when the transaction commits.
    pub(super) async fn for_writing(
        &self,
        tx: &mut Tx,
        owners: &[Uuid],
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<BTreeMap<Uuid, SecretBox>, StoreError> {
        let found = self.find(tx, owners).await?;
        let mut missing: Vec<Uuid> =
            owners.iter().copied().filter(|o| !found.contains_key(o)).collect();
        missing.sort_unstable();
        missing.dedup();
        let mut keys: BTreeMap<Uuid, SecretBox> = found.into_iter().filter_map(usable).collect();
        if missing.is_empty() {
            return Ok(keys);
        }
        if self.lock().masters.is_empty() {
            self.load(tx).await?;
        }
        let (master_id, master) = self.current()?;
        let mut rows = Vec::with_capacity(missing.len());
        let mut fresh = BTreeMap::new();
        for owner in &missing {
            let plain = new_key(entropy);
            let sealed = master.seal(entropy, plain.reveal(), &purpose(*owner))?;
            rows.push(vec![(*owner).into(), master_id.into(), sealed.into(), now.into()]);
            fresh.insert(*owner, SecretBox::new(&plain));
        }
        let head = "insert into data_key (owner_id, master_id, sealed, made_at) values";
        let tail = "on conflict (owner_id) do nothing";
        let made = match tx.insert_many(head, &rows, tail).await {
            // another node has changed the master key and taken ours away: the next try looks again
            Err(StoreError::Constraint(_)) => {
                self.lock().masters.clear();
                return Err(StoreError::Busy);
            }
            other => other?,
        };
        if made == u64::try_from(missing.len()).unwrap_or(0) {
            keys.extend(fresh);
        } else {
            // somebody else was first with one of them: his counts
            let theirs = self.find(tx, &missing).await?;
            keys.extend(theirs.into_iter().filter_map(usable));
            missing.iter().for_each(|owner| self.forget(*owner));
        }
        Ok(keys)
    }

    /// Destroys an owner's key: what was sealed under it can never be opened again. Answers whether there was
    /// one.
    ///
    /// # Errors
    /// The database's.
    pub async fn destroy(
        &self,
        tx: &mut Tx,
        owner: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "insert into data_key (owner_id, made_at, destroyed_at) values ($1, $2, $2) \
                   on conflict (owner_id) do update set master_id = null, sealed = null, \
                   destroyed_at = excluded.destroyed_at where data_key.destroyed_at is null";
        let changed = tx.execute(sql, params![owner, now]).await?;
        self.forget(owner);
        Ok(changed == 1)
    }
}

fn usable((owner, found): (Uuid, Found)) -> Option<(Uuid, SecretBox)> {
    match found {
        Found::Key(key) => Some((owner, key)),
        Found::Destroyed => None,
    }
}

fn locked() -> StoreError {
    StoreError::Keys("the keys are locked".to_owned())
}

pub(super) fn purpose(owner: Uuid) -> String {
    format!("data_key/{owner}")
}

pub(super) fn new_key(entropy: &dyn Entropy) -> Secret<[u8; KEY_BYTES]> {
    let mut key = [0_u8; KEY_BYTES];
    entropy.fill(&mut key);
    Secret::new(key)
}

fn key_of(plain: &Secret<Vec<u8>>) -> Result<Secret<[u8; KEY_BYTES]>, StoreError> {
    <[u8; KEY_BYTES]>::try_from(plain.reveal().as_slice())
        .map(Secret::new)
        .map_err(|_| StoreError::Keys("a stored key has another length".to_owned()))
}

pub(super) fn open_data_key(
    master: &SecretBox,
    sealed: &[u8],
    owner: Uuid,
) -> Result<SecretBox, StoreError> {
    Ok(SecretBox::new(&key_of(&master.open(sealed, &purpose(owner))?)?))
}

/// Makes master key number `id` and stores it, sealed by the root.
pub(super) async fn make_master(
    tx: &mut Tx,
    root: &dyn Root,
    (id, entropy, now): (i64, &dyn Entropy, Timestamp),
) -> Result<(), StoreError> {
    let plain = Secret::new(new_key(entropy).reveal().to_vec());
    let sealed = root.seal(entropy, &plain).map_err(StoreError::root)?;
    tx.execute(
        "insert into master_key (id, sealed, made_at) values ($1, $2, $3)",
        params![id, sealed, now],
    )
    .await?;
    Ok(())
}
