//! What the centre makes of a card's records: each is weighed with all that is known of the card, and what a person should see
//! becomes an alarm. A card of which there are two is stopped.

use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smartcard::hex;
use smartcard::profile::Counted;
use smartcard::reconcile::{Issued, Ledger, Risk, Standing};
use smartcard::record::{Kind, Record, SealedRecord};
use spine::{Command, Error, JobContext, JobHandler, Run, Schedule, Services, Work};
use store::params;

use super::alarm::{Alarm, raise};
use super::{keys, stop};
use crate::card::keys::CardKeys;
use crate::card::model::kind_key;
use crate::card::queries::{self, CardRow};
use crate::queries::client_ref;

/// The code under which a card of which there are two is noticed.
const FORKED: &str = "card-record-forked";

/// What was counted of a card.
pub(super) struct Settled {
    /// From here a desk counts on.
    pub(super) counted: Counted,
    /// There are two cards with this number.
    pub(super) is_forked: bool,
}

/// Weighs all records of a card anew.
pub(super) async fn settle(
    w: &mut Work<'_>,
    keys: &CardKeys,
    card: &CardRow,
) -> Result<Settled, Error> {
    let number = card.card_number().ok_or(Error::NotFound)?;
    let only_at_centre = || Error::refused("only-at-centre");
    let log_key = keys.of_card(number).ok_or_else(only_at_centre)?.log;
    let terms = queries::profiles(w, card.id, keys.issuers()).await?;
    let before = queries::told(w, &card.number).await?;
    let allowances = queries::allowances(w, &card.number).await?;
    let ledger = Ledger::of(before.iter().map(|told| (told.sealed, told.arrived)));
    let now = w.ctx.now;
    let standings = ledger.standings(&Issued { log_key, terms }, now);
    for told in &before {
        let (atc, branch) = (told.sealed.record.atc, told.branch_id);
        let Some(new) = standings.get(&(atc, told.sealed.link())) else { continue };
        let Record { operation, kind, amount, .. } = told.sealed.record;
        // this very operation, of this sum
        let allowed = (operation, kind_key(kind).to_owned(), amount.minor);
        let stands = Stands::of(new, allowances.contains(&allowed));
        if stands.standing == told.standing && stands.risks == told.risks {
            continue;
        }
        put(w, card, &told.sealed, &stands).await?;
        if stands.standing == "accepted" && told.sealed.record.kind == Kind::OfferTaken {
            offer_is_taken(w, card, told.sealed.record.amount).await?;
        }
        let is_new = |code: &&str| !told.risks.split(' ').any(|known| known == *code);
        for reason in stands.alarms().filter(is_new) {
            let (number, client) = (card.number.as_str(), Some(card.client_id));
            raise(w, &Alarm { number, client, branch, reason, atc }).await?;
        }
    }
    let is_forked = ledger.fork().is_some();
    if is_forked {
        stop::stop(w, card, "forked").await?;
    }
    Ok(Settled { counted: counted(&ledger, &before, card), is_forked })
}

/// What a record's standing is in the table.
struct Stands {
    standing: &'static str,
    risks: String,
    until: Option<Timestamp>,
}

impl Stands {
    fn of(standing: &Standing, is_allowed: bool) -> Self {
        match standing {
            Standing::Accepted { risks } => {
                let counts = |risk: &&Risk| !(is_allowed && **risk == Risk::OverLimit);
                let risks: Vec<&str> =
                    risks.iter().filter(counts).map(|risk| risk.code()).collect();
                Self { standing: "accepted", risks: risks.join(" "), until: None }
            }
            Standing::Held { until } => {
                Self { standing: "held", risks: String::new(), until: Some(*until) }
            }
            Standing::Forked => Self { standing: "forked", risks: FORKED.to_owned(), until: None },
        }
    }
    fn alarms(&self) -> impl Iterator<Item = &str> {
        self.risks.split(' ').filter(|code| !code.is_empty())
    }
}

/// An offer is taken once: it stands on no further profile, and who looks after the client hears of it.
async fn offer_is_taken(w: &mut Work<'_>, card: &CardRow, sum: Money) -> Result<(), Error> {
    let sql = "update smart_card set offer_id = null, offer_minor = 0, offer_rate_bp = 0, offer_until = null where id = $1";
    w.execute(sql, params![card.id]).await?;
    let Ok(client) = client_ref::get(w, card.client_id).await else { return Ok(()) };
    let Some(manager) = client.manager_id.filter(|m| Some(*m) != w.actor()) else { return Ok(()) };
    let payload = json!({
        "kind": "card-offer-taken",
        "args": { "who": client.name, "sum": sum.plain(), "currency": sum.currency.code() },
        "href": format!("/clients/{}", client.id),
    });
    w.send("notice", &manager.to_string(), &payload).await?;
    Ok(())
}

async fn put(
    w: &mut Work<'_>,
    card: &CardRow,
    sealed: &SealedRecord,
    stands: &Stands,
) -> Result<(), Error> {
    let (atc, link) = (i64::from(sealed.record.atc), hex::text(&sealed.link()));
    let sql = "update smart_card_record set standing = $4, risks = $5, until_at = $6, client_id = $7 \
               where number = $1 and atc = $2 and link = $3";
    let number = card.number.as_str();
    let (standing, risks) = (stands.standing, stands.risks.as_str());
    let row = params![number, atc, link, standing, risks, stands.until, card.client_id];
    w.execute(sql, row).await?;
    Ok(())
}

/// Up to where all records are known, and what the card had spent there.
fn counted(ledger: &Ledger, records: &[queries::Told], card: &CardRow) -> Counted {
    let complete = ledger.complete_to();
    let last = records.iter().map(|told| told.sealed.record).find(|r| r.atc == complete);
    let total = last.map_or(0, |record| record.total_minor);
    let of = |minor| Money::new(minor, card.currency);
    Counted { spent: of(0), total: of(total), atc: complete }
}

/// Weighs a card's records once more: some have waited long enough for those before them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SettleCard {
    /// Its number.
    pub(crate) number: String,
}

impl Command for SettleCard {
    const NAME: &'static str = "engagement.settle_smart_card";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let keys = keys(w)?;
        let card = queries::held(w, &self.number).await?.ok_or(Error::NotFound)?;
        settle(w, &keys, &card).await?;
        for untold in queries::untold(w, &self.number, w.ctx.now.plus_days(-UNTOLD_DAYS)).await? {
            let (number, client) = (self.number.as_str(), Some(card.client_id));
            let (branch, atc) = (untold.branch_id, u32::try_from(untold.atc).unwrap_or(0));
            raise(w, &Alarm { number, client, branch, reason: UNTOLD, atc }).await?;
        }
        Ok(())
    }
}

/// The code under which a record is noticed whose desk has never told what was done.
const UNTOLD: &str = "card-record-untold";
/// How long a desk may take to tell it (days): it may have no line.
const UNTOLD_DAYS: i64 = 5;

const KIND: &str = "engagement.settle_smart_cards";
/// Cards looked at in one round.
const CARDS_MAX: i64 = 500;

/// How often it comes round.
pub const SETTLE: Schedule = Schedule { kind: KIND, every_seconds: 3_600 };

/// The job.
#[derive(Debug)]
pub struct Settle;

impl JobHandler for Settle {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let count = settle_waiting(&job.services).await?;
            Ok(serde_json::json!({ "cards": count }))
        })
    }
}

/// Weighs the cards whose records have waited long enough; how many.
///
/// # Errors
/// The database's.
pub async fn settle_waiting(services: &Services) -> Result<usize, Error> {
    let ctx = services.system("job");
    let since = ctx.now.plus_days(-UNTOLD_DAYS);
    let waiting =
        queries::waiting(&mut services.reader.clone(), (ctx.now, since), CARDS_MAX).await?;
    let count = waiting.len();
    for number in waiting {
        let settle = SettleCard { number };
        if let Err(error) = services.execute(&ctx, ctx.command_id(), &settle).await {
            // one card stops no other
            tracing::error!(%error, "a card could not be reconciled");
        }
    }
    Ok(count)
}
