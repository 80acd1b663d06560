//! What cards have logged, and what desks have read of them.

use kernel::{BranchId, ClientId, Currency, Money, Timestamp, VisitId};
use smartcard::hex;
use smartcard::offline::SeenCard;
use smartcard::record::SealedRecord;
use store::{Cols, Read, Row, StoreError, params};
use uuid::Uuid;

/// Records of one card looked at when it is reconciled.
const LEDGER_MAX: i64 = 100_000;

/// A record of a card.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct RecordRow {
    /// The card's counter.
    pub atc: i64,
    /// The record's digest.
    pub link: String,
    /// Kind word.
    pub kind: String,
    /// Currency.
    pub currency: Currency,
    /// How much (minor units).
    pub amount_minor: i64,
    /// When, by the desk's clock.
    pub at: Timestamp,
    /// The branch that has told of it first.
    pub branch_id: BranchId,
    /// What becomes of it; a word.
    pub standing: String,
    /// What a person should look at: codes, with spaces between.
    pub risks: String,
}

impl RecordRow {
    /// The sum.
    pub const fn sum(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            atc: c.take()?,
            link: c.take()?,
            kind: c.take()?,
            currency: c.take()?,
            amount_minor: c.take()?,
            at: c.take()?,
            branch_id: c.take()?,
            standing: c.take()?,
            risks: c.take()?,
        })
    }
}

const COLUMNS: &str =
    "r.atc, r.link, r.kind, r.currency, r.amount_minor, r.at, r.branch_id, r.standing, r.risks";

/// Records of a card, the latest first.
///
/// # Errors
/// The database's.
pub async fn records<R: Read>(
    db: &mut R,
    number: &str,
    limit: i64,
) -> Result<Vec<RecordRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from smart_card_record r where r.number = $1 order by r.atc desc, r.link limit $2"
    );
    let rows = db.query(&sql, params![number, limit]).await?;
    rows.into_iter().map(|r| RecordRow::from_cols(&mut r.cols())).collect()
}

/// A record as it was told, and what has become of it so far.
#[derive(Clone, Debug)]
pub struct Told {
    /// The record with its certificate.
    pub sealed: SealedRecord,
    /// When it came first.
    pub arrived: Timestamp,
    /// From where.
    pub branch_id: BranchId,
    /// What has become of it; a word.
    pub standing: String,
    /// What a person should look at: codes, with spaces between.
    pub risks: String,
}

/// All records of a card.
///
/// # Errors
/// The database's.
pub async fn told<R: Read>(db: &mut R, number: &str) -> Result<Vec<Told>, StoreError> {
    let sql = "select sealed, told_at, branch_id, standing, risks from smart_card_record where number = $1 \
               order by atc, link limit $2";
    let rows = db.query(sql, params![number, LEDGER_MAX]).await?;
    let all = rows.into_iter().map(|row| {
        let mut c = row.cols();
        let bytes: Vec<u8> = c.take()?;
        let problem = || StoreError::Column { index: 0, problem: "no record".to_owned() };
        Ok(Told {
            sealed: SealedRecord::decode(&bytes).ok_or_else(problem)?,
            arrived: c.take()?,
            branch_id: c.take()?,
            standing: c.take()?,
            risks: c.take()?,
        })
    });
    all.collect()
}

/// Records nobody has told what was done with, and nobody was told of.
const NOT_TOLD: &str = "r.kind in ('purchase', 'offer') \
     and not exists (select 1 from desk_operation o where o.id = r.operation_id) \
     and not exists (select 1 from smart_card_alarm a where a.number = r.number and a.atc = r.atc \
     and a.reason = 'card-record-untold')";

/// Cards with records that have waited long enough for those before them, or have come before an instant without what was done.
///
/// # Errors
/// The database's.
pub async fn waiting<R: Read>(
    db: &mut R,
    (now, since): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "select distinct r.number from smart_card_record r where (r.standing = 'held' and r.until_at <= $1) \
         or (r.told_at <= $2 and {NOT_TOLD}) order by r.number limit $3"
    );
    db.query(&sql, params![now, since, limit]).await?.into_iter().map(Row::one).collect()
}

/// Records of a card that have come before an instant without what was done.
///
/// # Errors
/// The database's.
pub async fn untold<R: Read>(
    db: &mut R,
    number: &str,
    since: Timestamp,
) -> Result<Vec<RecordRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from smart_card_record r where r.number = $1 and r.told_at <= $2 and {NOT_TOLD} \
         order by r.atc limit 1000"
    );
    let rows = db.query(&sql, params![number, since]).await?;
    rows.into_iter().map(|r| RecordRow::from_cols(&mut r.cols())).collect()
}

/// The highest record of a card that is known here: it was read, or told by another desk.
///
/// # Errors
/// The database's.
pub async fn seen<R: Read>(db: &mut R, number: &str) -> Result<Option<SeenCard>, StoreError> {
    let read = "select atc, link from smart_card_reading where number = $1 order by atc desc, at desc limit 1";
    let told =
        "select atc, link from smart_card_record where number = $1 order by atc desc, link limit 1";
    let mut highest: Option<SeenCard> = None;
    for sql in [read, told] {
        let Some(row) = db.first(sql, params![number]).await? else { continue };
        let mut c = row.cols();
        let (atc, link): (i64, String) = (c.take()?, c.take()?);
        let link = hex::bytes(&link, 8).and_then(|bytes| bytes.try_into().ok());
        let (Some(link), Ok(atc)) = (link, u32::try_from(atc)) else { continue };
        if highest.is_none_or(|known| known.atc < atc) {
            highest = Some(SeenCard { atc, link });
        }
    }
    Ok(highest)
}

/// The highest counter of a card's profiles that was read here.
///
/// # Errors
/// The database's.
pub async fn highest_profile<R: Read>(db: &mut R, number: &str) -> Result<Option<u32>, StoreError> {
    let sql =
        "select profile from smart_card_reading where number = $1 order by profile desc limit 1";
    let found = db.first(sql, params![number]).await?.map(Row::one::<i64>).transpose()?;
    Ok(found.and_then(|counter| u32::try_from(counter).ok()))
}

/// What a desk has read of a card.
#[derive(Clone, Debug)]
pub struct ReadingRow {
    /// Identity.
    pub id: Uuid,
    /// The card.
    pub number: String,
    /// Whom it names.
    pub holder: String,
    /// The client, when the bank's number of him is known here.
    pub client_id: Option<ClientId>,
    /// All it had spent without the centre (minor units).
    pub total_minor: i64,
    /// The signed profile.
    pub signed: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// The last reading in a visit.
///
/// # Errors
/// The database's.
pub async fn last_of_visit<R: Read>(
    db: &mut R,
    visit: VisitId,
) -> Result<Option<ReadingRow>, StoreError> {
    let sql = "select id, number, holder, client_id, total_minor, signed, at from smart_card_reading \
               where visit_id = $1 order by at desc, id desc limit 1";
    let Some(row) = db.first(sql, params![visit]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(ReadingRow {
        id: c.take()?,
        number: c.take()?,
        holder: c.take()?,
        client_id: c.take()?,
        total_minor: c.take()?,
        signed: c.take()?,
        at: c.take()?,
    }))
}
