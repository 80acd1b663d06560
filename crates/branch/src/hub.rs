//! The centre's end of the lines to all branches.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::Entropy;
use serde::{Deserialize, Serialize};
use spine::replica::branch::FIRST_WORD;
use spine::replica::centre::Centre;
use spine::replica::commands::{EnrolNode, Enrolled};
use spine::replica::nodes::{self, BranchNode, NodeState};
use spine::replica::{code as words, message::Up};
use spine::{Ctx, Error, Replicated, SecretBox, Services, kept};
use uuid::Uuid;

use crate::carry::{self, Answered};
use crate::code::Code;
use crate::envelope::{self, Head, Keys, Kind, PublicKeys};
use crate::first_file::{self, FileIntroduction};
use crate::nodes::commands::NoteCarried;
use crate::notary::Signing;

/// Under which name the centre's secret keys are kept.
const KEYS: &str = "branch_keys";

/// Bytes of an introduction at most.
const INTRODUCTION_MAX: u64 = 4_096;

/// Bytes of a node's word at most, unpacked: a file of a client is the largest there is in it.
const WORD_MAX: u64 = 96 << 20;

/// The centre's end.
pub struct Hub {
    services: Services,
    centre: Centre,
    keys: Arc<Keys>,
    public: PublicKeys,
    /// The bank's currency and zone, where they are known.
    about: Option<(String, String)>,
    busy: Mutex<BTreeSet<Uuid>>,
}

/// How a node introduces itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Introduction {
    /// The secret of its code.
    pub secret: Vec<u8>,
    /// Its public keys.
    pub keys: PublicKeys,
}

/// What a node is told when it has enrolled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Welcome {
    /// Who it is.
    pub who: Enrolled,
    /// Code of the jurisdiction pack in force.
    pub jurisdiction: String,
    /// The bank's currency, ISO 4217.
    pub currency: String,
    /// Zone of staff without a branch.
    pub zone: String,
}

impl Hub {
    /// Over the centre's services; its keys are made when there are none. `about` is the bank's currency and zone: without it nobody enrols.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(
        services: &Services,
        how: &[Replicated],
        secret_box: &SecretBox,
        about: Option<(String, String)>,
    ) -> Result<Self, Error> {
        let keys = Arc::new(kept_keys(services, secret_box).await?);
        services.bus.sign_with(Arc::<Keys>::clone(&keys));
        let centre = Centre::new(services, how).await?;
        if nodes::has_any(&mut services.reader.clone()).await? {
            // a newer schema may have brought tables
            centre.watch().await?;
        }
        let public = keys.public()?;
        let signing = Keys::from_bytes(keys.to_bytes().reveal());
        let signing = signing.ok_or_else(|| Error::failure("the centre's keys are none"))?;
        services.bus.set_notary(Arc::new(Signing(signing, public.clone())));
        let services = services.clone();
        Ok(Self { services, centre, keys, public, about, busy: Mutex::default() })
    }
    /// Its public keys.
    pub fn public(&self) -> &PublicKeys {
        &self.public
    }
    /// A node enrols.
    ///
    /// # Errors
    /// Refusals of the envelope, `branch-code-wrong`, `branch-enrol-config`.
    pub async fn enrol(&self, envelope: &[u8]) -> Result<Vec<u8>, Error> {
        let of = |introduced: &Introduction| introduced.keys.clone();
        let introduced: Introduction = self.introduced(envelope, Kind::Enrol, of)?;
        let welcome = self.enrolled(&introduced, false).await?;
        let head = Head { kind: Kind::Enrolled, node: welcome.who.node, number: 0 };
        self.keys.close(&introduced.keys, head, &words::encode(&welcome)?)
    }
    /// What somebody says who is not known yet, and has signed it himself.
    fn introduced<T: serde::de::DeserializeOwned>(
        &self,
        envelope: &[u8],
        kind: Kind,
        of: impl FnOnce(&T) -> PublicKeys,
    ) -> Result<T, Error> {
        let broken = || Error::refused("branch-envelope-broken");
        let (head, said) = self.keys.open_stranger(envelope, |message| {
            let said: T = words::decode_within(message, INTRODUCTION_MAX)?;
            let keys = of(&said);
            if keys.are_keys() { Ok((said, keys)) } else { Err(broken()) }
        })?;
        if head.kind == kind { Ok(said) } else { Err(broken()) }
    }
    async fn enrolled(&self, introduced: &Introduction, by_file: bool) -> Result<Welcome, Error> {
        let unknown = || Error::refused("branch-enrol-config");
        let (currency, zone) = self.about.clone().ok_or_else(unknown)?;
        let enrol = EnrolNode {
            code_hash: Code::hash(&introduced.secret),
            sign_key: introduced.keys.sign.clone(),
            seal_key: introduced.keys.seal.clone(),
            by_file,
        };
        let ctx = self.services.system("branch");
        let who = self.services.execute(&ctx, ctx.command_id(), &enrol).await?;
        // from now on it must be known which rows change
        self.centre.watch().await?;
        let jurisdiction = self.services.jurisdiction.to_string();
        Ok(Welcome { who, jurisdiction, currency, zone })
    }
    /// A node speaks and is answered.
    ///
    /// # Errors
    /// Refusals of the envelope, `branch-node-unknown`, `branch-node-revoked`, `branch-busy` while its last word is being
    /// answered; those of [`Centre::answer`].
    pub async fn exchange(&self, envelope: &[u8]) -> Result<Vec<u8>, Error> {
        let outside = envelope::head(envelope)?;
        let (node, sender, up) = self.heard(envelope, (outside.node, Kind::Up)).await?;
        let _turn = self.turn(node.id)?;
        let id = node.id;
        let down = self.centre.answer_to(node, &up).await?;
        let head = Head { kind: Kind::Down, node: id, number: down.to };
        self.keys.close(&sender, head, &words::encode(&down)?)
    }
    /// The same in a file that was carried here by whoever the context names, of which the journal tells; a node may also enrol by it.
    /// `of` is the node it is expected of, where somebody expects one.
    ///
    /// # Errors
    /// Refusals `branch-file-broken` for what is no such file or was changed on the way, `branch-file-other-bank`,
    /// `branch-file-other-node`, `branch-file-way` for a file that goes to a branch, `branch-file-old` when something later of
    /// the node was heard; `branch-code-wrong`, `branch-node-revoked`, `branch-busy`; the database's.
    pub async fn exchange_file(
        &self,
        ctx: &Ctx,
        file: &[u8],
        of: Option<Uuid>,
    ) -> Result<Answered, Error> {
        let envelope = carry::unwrap(file, &self.public)?;
        let outside = carry::outside(envelope, &[Kind::FileUp, Kind::FileEnrol])?;
        if outside.kind == Kind::FileEnrol {
            return self.enrol_file(ctx, envelope, of).await;
        }
        if of.is_some_and(|of| of != outside.node) {
            return Err(Error::refused("branch-file-other-node"));
        }
        let heard = self.heard(envelope, (outside.node, Kind::FileUp)).await;
        let (node, sender, up) = heard.map_err(carry::told)?;
        let _turn = self.turn(node.id)?;
        let carried = self.centre.answer_file(node.id, &up).await.map_err(carry::told)?;
        let to = (node.id, node.name.as_str(), &sender);
        let answered = carry::answered((&self.keys, &self.public), to, &carried)?;
        let note = NoteCarried { node_id: node.id, number: up.number, counts: answered.counts };
        self.services.execute(ctx, ctx.command_id(), &note).await?;
        Ok(answered)
    }
    /// A node enrols by a file; it is answered who it is, and with its first copy.
    async fn enrol_file(
        &self,
        ctx: &Ctx,
        envelope: &[u8],
        of: Option<Uuid>,
    ) -> Result<Answered, Error> {
        let keys = |said: &FileIntroduction| said.introduction.keys.clone();
        let said = self.introduced(envelope, Kind::FileEnrol, keys).map_err(carry::told)?;
        let FileIntroduction { introduction, first } = said;
        let hash = Code::hash(&introduction.secret);
        let invited = nodes::of_code(&mut self.services.reader.clone(), hash).await?;
        if of.is_some() && invited.is_some() && of != invited {
            return Err(Error::refused("branch-file-other-node"));
        }
        if first.number != FIRST_WORD {
            return Err(Error::refused("branch-file-broken"));
        }
        let welcome = self.enrolled(&introduction, true).await?;
        let node = welcome.who.node;
        let _turn = self.turn(node)?;
        // whoever has a code has nothing to tell yet
        let first = Up { commands: Vec::new(), ask: None, ..first };
        let carried = self.centre.answer_file(node, &first).await.map_err(carry::told)?;
        let counts = [0; 3];
        let note = NoteCarried { node_id: node, number: first.number, counts };
        self.services.execute(ctx, ctx.command_id(), &note).await?;
        let own = (self.keys.as_ref(), &self.public);
        first_file::welcome(own, &introduction.keys, (welcome, carried))
    }
    /// Who has closed an envelope, and what is in it.
    async fn heard(
        &self,
        envelope: &[u8],
        (node, kind): (Uuid, Kind),
    ) -> Result<(BranchNode, PublicKeys, Up), Error> {
        let unknown = || Error::refused("branch-node-unknown");
        let node = nodes::one(&mut self.services.reader.clone(), node).await?;
        let node = node.ok_or_else(unknown)?;
        let (sign, seal) = node.keys.clone().ok_or_else(unknown)?;
        let sender = PublicKeys { sign, seal };
        let (head, message) = self.keys.open(envelope, &sender)?;
        if node.state != NodeState::Active {
            return Err(Error::refused("branch-node-revoked"));
        }
        let up: Up = words::decode_within(&message, WORD_MAX)?;
        if head.kind != kind || head.number != up.number {
            return Err(Error::refused("branch-envelope-broken"));
        }
        Ok((node, sender, up))
    }
    /// One word of a node at a time: a node that sends many at once is not worked for many times over.
    fn turn(&self, node: Uuid) -> Result<Turn<'_>, Error> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.insert(node) {
            return Err(Error::refused("branch-busy"));
        }
        Ok(Turn { hub: self, node })
    }
}

struct Turn<'a> {
    hub: &'a Hub,
    node: Uuid,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.hub.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.node);
    }
}

/// The secret keys of this node, which are made when there are none. Two nodes that make them at once keep those of the first.
///
/// # Errors
/// The database's; keys that were sealed by another bank.
pub async fn kept_keys(services: &Services, secret_box: &SecretBox) -> Result<Keys, Error> {
    let new = |chance: &dyn Entropy| Keys::new(chance).to_bytes();
    let kept = kept::secret_or_new(services, secret_box, KEYS, new).await?;
    let broken = || Error::failure("the keys of the lines to branches are none");
    Keys::from_bytes(kept.reveal()).ok_or_else(broken)
}
