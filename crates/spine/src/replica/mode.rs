//! How a branch works with the centre (a setting of the branch, told to its nodes with every answer), and after how long its
//! nodes are silent.

use kernel::{BranchId, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Read, Row, StoreError, params};

use crate::{Change, Command, Error, Work};

/// Minutes after which silence may be told at most: a year.
const SILENT_MINUTES_MAX: i64 = 366 * 24 * 60;

/// How a branch works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// At the centre: its nodes tell what they have and take no more work.
    Centralised,
    /// On a node with a line.
    #[default]
    Distributed,
    /// On a node without a line: by files that are carried.
    Autonomous,
}

impl Mode {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Mode; 3] = [Mode::Distributed, Mode::Autonomous, Mode::Centralised];

    /// The word for it in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Mode::Centralised => "centralised",
            Mode::Distributed => "distributed",
            Mode::Autonomous => "autonomous",
        }
    }
    /// From a word; none for anything else.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.key() == key)
    }
    /// Minutes after which a node is silent when the bank has said nothing else; none where silence is no trouble.
    pub const fn silent_minutes(self) -> Option<i64> {
        match self {
            Mode::Centralised => None,
            Mode::Distributed => Some(15),
            Mode::Autonomous => Some(3 * 24 * 60),
        }
    }
}

/// Says after how long the nodes of a branch are silent.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SetSilence {
    /// Which branch.
    pub branch_id: BranchId,
    /// Minutes; as usual in the branch's mode when nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 527_040))]
    pub minutes: Option<i64>,
}

impl Command for SetSilence {
    const NAME: &'static str = "branch.set_silence";
    const PERMISSION: &'static str = "admin.nodes";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let refused = |code: &str| Refusal::field(code, "minutes");
        match self.minutes {
            Some(..1) => return Err(refused("number-small").arg("min", 1).into()),
            Some(minutes) if minutes > SILENT_MINUTES_MAX => {
                return Err(refused("number-large").arg("max", SILENT_MINUTES_MAX).into());
            }
            Some(_) | None => {}
        }
        let sql = "select code from branch where id = $1";
        w.first(sql, params![self.branch_id]).await?.ok_or(Error::NotFound)?;
        let before = silence(&mut *w, self.branch_id).await?;
        if before == self.minutes {
            return Ok(());
        }
        w.execute("delete from branch_silence where branch_id = $1", params![self.branch_id])
            .await?;
        if let Some(minutes) = self.minutes {
            let sql = "insert into branch_silence (branch_id, minutes) values ($1, $2)";
            w.execute(sql, params![self.branch_id, minutes]).await?;
        }
        let change = Change::new().field("silent_minutes", before, self.minutes);
        w.record("branch", self.branch_id.uuid(), None, change);
        Ok(())
    }
}

/// Minutes after which the nodes of a branch are silent, where something was said.
///
/// # Errors
/// The database's.
pub async fn silence<R: Read>(db: &mut R, branch: BranchId) -> Result<Option<i64>, StoreError> {
    let sql = "select minutes from branch_silence where branch_id = $1";
    db.first(sql, params![branch]).await?.map(Row::one).transpose()
}
