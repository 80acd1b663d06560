//! What the centre makes of a card's records: each is weighed with all that is known of the card, and what a person should see
//! becomes an alarm. A card of which there are two is stopped.

use kernel::{Money, Timestamp};
use serde::{Deserialize, Serialize};
use smartcard::profile::Counted;
use smartcard::reconcile::{Issued, Ledger, Standing};
use smartcard::record::SealedRecord;
use spine::{Command, Error, JobContext, JobHandler, Run, Schedule, Services, Work};
use store::params;

use super::alarm::{Alarm, raise};
use super::{keys, stop};
use crate::card::keys::CardKeys;
use crate::card::model::hex;
use crate::card::queries::{self, CardRow};

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
    let ledger = Ledger::of(before.iter().map(|told| (told.sealed, told.arrived)));
    let now = w.ctx.now;
    let standings = ledger.standings(&Issued { log_key, terms }, now);
    for told in &before {
        let (atc, branch) = (told.sealed.record.atc, told.branch_id);
        let Some(new) = standings.get(&(atc, told.sealed.link())) else { continue };
        let stands = Stands::of(new);
        if stands.standing == told.standing && stands.risks == told.risks {
            continue;
        }
        put(w, card, &told.sealed, &stands).await?;
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
    fn of(standing: &Standing) -> Self {
        match standing {
            Standing::Accepted { risks } => {
                let risks: Vec<&str> = risks.iter().map(|risk| risk.code()).collect();
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

async fn put(
    w: &mut Work<'_>,
    card: &CardRow,
    sealed: &SealedRecord,
    stands: &Stands,
) -> Result<(), Error> {
    let (atc, link) = (i64::from(sealed.record.atc), hex(&sealed.link()));
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
        settle(w, &keys, &card).await.map(drop)
    }
}

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
    let waiting = queries::waiting(&mut services.reader.clone(), ctx.now, CARDS_MAX).await?;
    let count = waiting.len();
    for number in waiting {
        services.execute(&ctx, ctx.command_id(), &SettleCard { number }).await?;
    }
    Ok(count)
}
