//! Documents and official numbers, checked by the jurisdiction pack.

use jurisdiction::{Certainty, Checked, Pack};
use kernel::{ClientId, Date, IdentifierId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::secrecy::{Act, Group};
use spine::{Change, Command, Error, Work};
use store::params;

use super::{date_text, editable, has_room, today, touch_and_index};
use crate::client;
use crate::client::queries::ClientHead;
use crate::contacts::model::{Merge, check_text, optional_date};
use crate::contacts::queries::{self, Identifier};
use crate::search::commands::lock_key;
use crate::search::normal_key;

/// What a form of a document or number holds; dates are ISO texts, empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct IdentifierFields {
    /// As typed or as stored.
    pub value: String,
    /// Day of issue.
    pub issued_on: String,
    /// Issuer.
    pub issued_by: String,
    /// Code of the issuer.
    pub issuer_code: String,
    /// Last day.
    pub valid_until: String,
    /// The document the client is identified by.
    pub is_main: bool,
    /// Where it comes from.
    pub source: String,
}

impl From<&queries::Identifier> for IdentifierFields {
    /// As they are stored.
    fn from(one: &queries::Identifier) -> Self {
        let iso = |day: Option<Date>| day.map(|d| d.to_string()).unwrap_or_default();
        Self {
            value: one.value.clone(),
            issued_on: iso(one.issued_on),
            issued_by: one.issued_by.clone(),
            issuer_code: one.issuer_code.clone(),
            valid_until: iso(one.valid_until),
            is_main: one.is_main,
            source: one.origin.source.clone(),
        }
    }
}

/// Adds a document or number.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddIdentifier {
    /// Whose.
    pub client_id: ClientId,
    /// Kind of the jurisdiction pack.
    pub kind: String,
    /// The rest.
    pub fields: IdentifierFields,
}

impl Command for AddIdentifier {
    const NAME: &'static str = "parties.add_identifier";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = IdentifierId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<IdentifierId, Error> {
        let head = editable(w, self.client_id, Group::Documents).await?;
        let present = queries::identifiers(w, self.client_id).await?;
        has_room(present.len())?;
        let mine = checked(w, &head, &self.kind, &self.fields)?;
        refuse_twin(w, &present, self.client_id, &self.kind, &mine.number.normalised, None).await?;
        let is_document = is_document(w, &self.kind)?;
        let has_main = present.iter().any(|i| i.is_main);
        let is_main = is_document && (self.fields.is_main || !has_main);
        if is_main {
            unmark_main(w, self.client_id).await?;
        }
        let id: IdentifierId = w.new_id();
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into client_identifier (id, client_id, kind, value, certainty, issued_on, \
             issued_by, issuer_code, valid_until, is_main, source, author_id, at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            params![
                id,
                self.client_id,
                &self.kind,
                &mine.number.normalised,
                certainty(mine.number.certainty),
                mine.issued_on,
                &mine.issued_by,
                &mine.issuer_code,
                mine.valid_until,
                is_main,
                &self.fields.source,
                author,
                now
            ],
        )
        .await?;
        let change = Change::new()
            .set(&self.kind, mine.number.normalised.as_str())
            .set("issued_on", mine.issued_on.map(|d| d.to_string()))
            .set("issued_by", Some(mine.issued_by).filter(|t| !t.is_empty()))
            .set("issuer_code", Some(mine.issuer_code).filter(|t| !t.is_empty()))
            .set("valid_until", mine.valid_until.map(|d| d.to_string()))
            .set("is_main", is_main.then_some(true));
        w.record("identifier", id, Some(self.client_id), change);
        touch_and_index(w, self.client_id).await?;
        Ok(id)
    }
}

/// Changes a document or number; the kind stays.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditIdentifier {
    /// Which.
    pub identifier_id: IdentifierId,
    /// What the form showed when it was opened.
    pub original: IdentifierFields,
    /// What the person wants.
    pub fields: IdentifierFields,
}

impl Command for EditIdentifier {
    const NAME: &'static str = "parties.edit_identifier";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let found = queries::identifier(w, self.identifier_id).await?.ok_or(Error::NotFound)?;
        let head = editable(w, found.client_id, Group::Documents).await?;
        // read again: now nobody else can change it until we are done
        let stored = queries::identifier(w, self.identifier_id).await?.ok_or(Error::NotFound)?;
        let mine = checked(w, &head, &stored.kind, &self.fields)?;
        let merged = self.merge(client::pack(w.ctx)?, &stored, &mine)?;
        let present = queries::identifiers(w, head.id).await?;
        refuse_twin(w, &present, head.id, &stored.kind, &merged.value, Some(stored.id)).await?;
        let is_main = Merge::flag(self.original.is_main, self.fields.is_main, stored.is_main)
            && is_document(w, &stored.kind)?;
        let merged = IdentifierFields { is_main, ..merged };
        let change = difference(&stored, &merged);
        if change.is_empty() {
            return Ok(());
        }
        if is_main && !stored.is_main {
            unmark_main(w, head.id).await?;
        }
        let sure = if merged.value == stored.value {
            stored.certainty.as_str()
        } else {
            certainty(mine.number.certainty)
        };
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "update client_identifier set value = $2, certainty = $3, issued_on = $4, \
             issued_by = $5, issuer_code = $6, valid_until = $7, is_main = $8, source = $9, \
             author_id = $10, at = $11 where id = $1",
            params![
                stored.id,
                &merged.value,
                sure,
                merged.issued_on.parse::<Date>().ok(),
                &merged.issued_by,
                &merged.issuer_code,
                merged.valid_until.parse::<Date>().ok(),
                is_main,
                &self.fields.source,
                author,
                now
            ],
        )
        .await?;
        w.record("identifier", stored.id, Some(head.id), change);
        touch_and_index(w, head.id).await
    }
}

impl EditIdentifier {
    fn merge(
        &self,
        pack: &Pack,
        stored: &Identifier,
        mine: &Mine,
    ) -> Result<IdentifierFields, Error> {
        let was = &self.original;
        let mut merge = Merge::new(stored.origin.author_id, stored.origin.at);
        // a feed may have brought the number with its spaces: that is no change of anybody's
        let plain = |value: &str| {
            jurisdiction::validate_identifier(pack, &stored.kind, value)
                .map_or_else(|_| value.to_owned(), |checked| checked.normalised)
        };
        let before = plain(&stored.value);
        let number = merge.text("value", &plain(&was.value), &mine.number.normalised, &before);
        let merged = IdentifierFields {
            value: if number == before { stored.value.clone() } else { number },
            issued_on: merge.text(
                "issued_on",
                &was.issued_on,
                &date_text(mine.issued_on),
                &date_text(stored.issued_on),
            ),
            issued_by: merge.text("issued_by", &was.issued_by, &mine.issued_by, &stored.issued_by),
            issuer_code: merge.text(
                "issuer_code",
                &was.issuer_code,
                &mine.issuer_code,
                &stored.issuer_code,
            ),
            valid_until: merge.text(
                "valid_until",
                &was.valid_until,
                &date_text(mine.valid_until),
                &date_text(stored.valid_until),
            ),
            is_main: stored.is_main,
            source: self.fields.source.clone(),
        };
        merge.finish()?;
        Ok(merged)
    }
}

fn difference(stored: &Identifier, merged: &IdentifierFields) -> Change {
    Change::new()
        .field(&stored.kind, stored.value.as_str(), merged.value.as_str())
        .field("issued_on", date_text(stored.issued_on), merged.issued_on.as_str())
        .field("issued_by", stored.issued_by.as_str(), merged.issued_by.as_str())
        .field("issuer_code", stored.issuer_code.as_str(), merged.issuer_code.as_str())
        .field("valid_until", date_text(stored.valid_until), merged.valid_until.as_str())
        .field("is_main", stored.is_main, merged.is_main)
}

/// Archives a document or number.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveIdentifier {
    /// Which.
    pub identifier_id: IdentifierId,
}

impl Command for ArchiveIdentifier {
    const NAME: &'static str = "parties.archive_identifier";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let stored = queries::identifier(w, self.identifier_id).await?.ok_or(Error::NotFound)?;
        editable(w, stored.client_id, Group::Documents).await?;
        let now = w.ctx.now;
        w.execute(
            "update client_identifier set archived_at = $2, is_main = 0 where id = $1",
            params![stored.id, now],
        )
        .await?;
        let gone: Option<&str> = None;
        let change = Change::new().field(&stored.kind, stored.value.as_str(), gone);
        w.record("identifier", stored.id, Some(stored.client_id), change);
        touch_and_index(w, stored.client_id).await
    }
}

/// What was typed, checked.
struct Mine {
    number: Checked,
    issued_on: Option<Date>,
    issued_by: String,
    issuer_code: String,
    valid_until: Option<Date>,
}

fn checked(
    w: &Work<'_>,
    head: &ClientHead,
    kind: &str,
    fields: &IdentifierFields,
) -> Result<Mine, Error> {
    let pack = client::pack(w.ctx)?;
    let at = |field: &str| {
        let field = field.to_owned();
        move |refusal: Refusal| Refusal { field: Some(field), ..refusal }
    };
    let subject = head.kind.subject().ok_or_else(|| Error::refused_field("id-subject", "kind"))?;
    let mut refusals = Refusals::default();
    let number = jurisdiction::validate_identifier_for(pack, kind, subject, &fields.value);
    let number = number.map_err(at("value")).map_err(|r| refusals.push(r)).ok();
    let issued_by = check_text("issued_by", &fields.issued_by, &mut refusals);
    check_text("source", &fields.source, &mut refusals);
    let mut issuer_code = check_text("issuer_code", &fields.issuer_code, &mut refusals);
    if kind == "passport_rf" && !issuer_code.is_empty() {
        match jurisdiction::check_issuer_code(&issuer_code) {
            Ok(code) => issuer_code = code.display,
            Err(refusal) => refusals.push(at("issuer_code")(refusal)),
        }
    }
    let issued_on = optional_date("issued_on", &fields.issued_on, &mut refusals);
    let valid_until = optional_date("valid_until", &fields.valid_until, &mut refusals);
    if issued_on.is_some_and(|day| day > today(w).saturating_add(jiff::Span::new().days(1))) {
        refusals.push(Refusal::field("date-in-future", "issued_on"));
    }
    if issued_on.zip(head.birth_date).is_some_and(|(issued, born)| issued < born) {
        refusals.push(Refusal::field("issued-before-birth", "issued_on"));
    }
    if issued_on.zip(valid_until).is_some_and(|(issued, last)| last < issued) {
        refusals.push(Refusal::field("until-before-since", "valid_until"));
    }
    refusals.into_result()?;
    let number = number.ok_or_else(|| Error::refused_field("id-empty", "value"))?;
    Ok(Mine { number, issued_on, issued_by, issuer_code, valid_until })
}

/// Refuses a number the client already has, and a unique one that another client has. The other is
/// named only to those who may see him.
async fn refuse_twin(
    w: &mut Work<'_>,
    present: &[Identifier],
    client: ClientId,
    kind: &str,
    value: &str,
    but: Option<IdentifierId>,
) -> Result<(), Error> {
    let key = normal_key(value);
    if present.iter().any(|i| i.kind == kind && normal_key(&i.value) == key && Some(i.id) != but) {
        return Err(Error::refused_field("identifier-twin", "value"));
    }
    if !client::pack(w.ctx)?.identifier(kind).is_some_and(|k| k.unique) {
        return Ok(());
    }
    lock_key(w, kind, value).await?;
    let holders = queries::other_holders(w, kind, value, client).await?;
    if holders.is_empty() {
        return Ok(());
    }
    let principal = &w.ctx.principal;
    let may_know = |owner| {
        let told = principal.allows(Act::Read(Group::Documents), owner);
        told && principal.reaches("client.read", owner)
    };
    let seen = holders.iter().find(|h| may_know(h.owner));
    Err(match seen {
        Some(holder) => Refusal::field("identifier-taken-by", "value")
            .arg("name", &holder.name)
            .arg("client", holder.client_id)
            .into(),
        None => Refusal::field("identifier-taken", "value").into(),
    })
}

fn is_document(w: &Work<'_>, kind: &str) -> Result<bool, Error> {
    Ok(client::pack(w.ctx)?.identifier(kind).is_some_and(|k| k.document))
}

async fn unmark_main(w: &mut Work<'_>, client: ClientId) -> Result<(), Error> {
    w.execute(
        "update client_identifier set is_main = 0 where client_id = $1 and is_main = 1",
        params![client],
    )
    .await?;
    Ok(())
}

const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Valid => "valid",
        Certainty::Unchecked => "unchecked",
        Certainty::NotApplicable => "not_applicable",
    }
}
