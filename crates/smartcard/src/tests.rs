//! Whole stories: desks without a line, a card and its copies, and the centre when the line is back.

use crate::journal::{Chain, Head};
use crate::offline::{
    Decision, Known, Line, Purchase, Reason, Rules, SeenCard, StopList, authorise, verify,
};
use crate::reconcile::{Issued, Ledger, Quarantine, Standing, Terms, Verdict};
use crate::record::SealedRecord;
use crate::samples::{self, CARD, NOW, at, entropy, issued, masters, pin, purchase, rub, signed};
use crate::soft::SoftCard;
use crate::terminal::Draft;
use crate::values::CardTime;

/// A desk without a line, and what it remembers.
struct Desk {
    seed: u64,
    seen: Option<SeenCard>,
    highest: Option<u32>,
    journal: Vec<Vec<u8>>,
    chain: Chain,
}

impl Desk {
    fn new(seed: u64) -> Self {
        Self { seed, seen: None, highest: None, journal: Vec::new(), chain: Chain::default() }
    }

    /// Sells for so much, or says why not.
    fn sell(
        &mut self,
        card: &mut SoftCard,
        number: u8,
        minor: i64,
    ) -> Result<SealedRecord, Reason> {
        self.seed += 1;
        let mut session = samples::try_session(card, self.seed).unwrap();
        let presented = session.present(&samples::keys()).unwrap().unwrap();
        let list = StopList { issued: at(NOW), cards: [].into() };
        let known = Known {
            now: at(NOW),
            last_signed: None,
            floor: 1,
            stop_list: Some(&list),
            highest_profile: self.highest,
            seen: self.seen,
        };
        let rules = Rules::roubles();
        let verified = verify(&presented, &known, &rules, &samples::keys())?;
        let log = session.log().unwrap();
        let wanted = Purchase { amount: rub(minor), line: Line::Down, luck: 9_999 };
        match authorise(&verified, &log, &rules, &wanted) {
            Decision::Approved { .. } => {}
            Decision::AskCentre(reason) | Decision::Declined(reason) => return Err(reason),
        }
        session.verify_pin(&pin()).unwrap();
        let draft = Draft { profile: verified.profile().counter, ..purchase(number, minor) };
        let pending = session.prepare(&draft).unwrap();
        let sealed = session.append(&pending).unwrap();
        self.seen = Some(SeenCard { atc: sealed.record.atc, link: sealed.link() });
        self.highest = Some(verified.profile().counter);
        self.journal.push(sealed.encode().to_vec());
        self.chain = self.chain.then(&sealed.encode());
        Ok(sealed)
    }
}

fn copy_of(card: &SoftCard) -> SoftCard {
    let mut copy = SoftCard::of(card.image(), entropy(55));
    copy.power_on();
    copy
}

fn centre() -> Issued {
    let terms = (3..=4).map(|counter| (counter, Terms::from(&samples::profile(counter)))).collect();
    Issued { log_key: masters().of(CARD).log, terms }
}

fn upload(ledger: &mut Ledger, entry: &[u8]) -> Verdict {
    ledger.receive(&centre(), entry, at(NOW).timestamp()).verdict
}

#[test]
fn a_copy_is_refused_where_the_card_was_seen_and_caught_when_the_line_is_back() {
    let mut card = issued();
    let (mut here, mut there) = (Desk::new(10), Desk::new(20));
    here.sell(&mut card, 1, 10_000).unwrap();
    let mut copy = copy_of(&card);
    here.sell(&mut card, 2, 10_000).unwrap();
    assert_eq!(here.sell(&mut copy, 3, 10_000), Err(Reason::CardRolledBack));
    // a desk that knows nothing can be deceived, once
    there.sell(&mut copy, 4, 20_000).unwrap();
    assert_eq!(here.sell(&mut copy, 5, 10_000), Err(Reason::CardRolledBack), "as many, and others");
    let mut ledger = Ledger::default();
    for entry in &here.journal {
        assert!(matches!(upload(&mut ledger, entry), Verdict::New(Standing::Accepted { .. })));
    }
    assert_eq!(upload(&mut ledger, &there.journal[0]), Verdict::New(Standing::Forked));
    assert_eq!(ledger.fork(), Some(2));
}

#[test]
fn a_card_set_back_to_spend_again_is_caught_too() {
    let mut card = issued();
    let before = card.image();
    let (mut here, mut there) = (Desk::new(10), Desk::new(20));
    here.sell(&mut card, 1, 200_000).unwrap();
    let mut card = SoftCard::of(before, entropy(56));
    card.power_on();
    assert_eq!(here.sell(&mut card, 2, 200_000), Err(Reason::CardRolledBack));
    there.sell(&mut card, 3, 200_000).unwrap();
    let mut ledger = Ledger::default();
    upload(&mut ledger, &there.journal[0]);
    assert_eq!(upload(&mut ledger, &here.journal[0]), Verdict::New(Standing::Forked));
}

#[test]
fn an_older_profile_written_back_is_refused_by_what_the_card_itself_proves() {
    let mut card = issued();
    let before = card.image();
    let keys = samples::keys();
    samples::session(&mut card).write_profile(4, &signed(&samples::profile(4)), &keys).unwrap();
    let mut desk = Desk::new(10);
    desk.sell(&mut card, 1, 10_000).unwrap();
    // the bytes of the older one, both copies, with the log as it is
    let mut bytes = card.image().as_bytes().to_vec();
    let start = 1 + 8 + 4 * 32 + 8 + 1;
    let profiles = start..start + crate::copies::FILE;
    bytes[profiles.clone()].copy_from_slice(&before.as_bytes()[profiles]);
    let image = crate::soft::Image::from_bytes(&bytes).unwrap();
    let mut card = SoftCard::of(image, entropy(57));
    card.power_on();
    let mut stranger = Desk::new(30);
    assert_eq!(stranger.sell(&mut card, 2, 10_000), Err(Reason::ProfileRolledBack));
}

#[test]
fn what_a_rogue_desk_writes_as_a_profile_is_no_profile_and_is_written_over() {
    let mut card = issued();
    let keys = samples::keys();
    let mut forged = signed(&samples::profile(9));
    forged[60] ^= 1;
    {
        let mut rogue = samples::session(&mut card);
        // first over the older place, then over the one that is signed
        rogue.write_beside(u32::MAX, &forged, |stored| stored.counter == 3).unwrap();
        let presented = rogue.present(&keys).unwrap().unwrap();
        assert_eq!(presented.stored.counter, 3, "the one that is signed");
        rogue.write_beside(u32::MAX, &forged, |_| false).unwrap();
    }
    let mut desk = Desk::new(10);
    assert_eq!(desk.sell(&mut card, 1, 10_000), Err(Reason::NotSigned), "both are spoiled");
    samples::session(&mut card).write_profile(4, &signed(&samples::profile(4)), &keys).unwrap();
    desk.sell(&mut card, 1, 10_000).unwrap();
}

#[test]
fn a_desk_that_makes_up_records_or_loses_some_is_found_out() {
    let mut card = issued();
    let mut desk = Desk::new(10);
    let honest = desk.sell(&mut card, 1, 10_000).unwrap();
    desk.sell(&mut card, 2, 10_000).unwrap();
    let head =
        |chain| Head { desk: uuid::Uuid::nil(), chain, at: CardTime::of(at(NOW).timestamp()) };
    let signed_head = head(desk.chain).sign(&samples::issuer());
    let head = Head::open(&signed_head, &samples::keys()).unwrap();
    let entries = || desk.journal.iter().map(Vec::as_slice);
    assert!(Chain::default().follow(entries(), &head).is_ok());
    assert!(Chain::default().follow(entries().skip(1), &head).is_err());
    // with all that a desk has, it certifies nothing
    let mut made_up = honest.record;
    made_up.amount = rub(99_000);
    let made_up = made_up.certify(&masters().desk.of(CARD)).encode();
    let mut ledger = Ledger::default();
    let verdict = upload(&mut ledger, &made_up);
    assert_eq!(verdict, Verdict::Quarantined(Quarantine::NotCertified));
    assert_eq!(ledger, Ledger::default());
}

/// Codes outlive versions and stand in translations: each is said once, here and in its place.
#[test]
fn every_code_is_one_of_a_kind() {
    let sources = [
        include_str!("terminal/fault.rs"),
        include_str!("offline/mod.rs"),
        include_str!("journal.rs"),
        include_str!("reconcile/mod.rs"),
    ];
    let mut codes: Vec<&str> = sources
        .iter()
        .flat_map(|source| source.split("=> \"").skip(1))
        .filter_map(|rest| rest.split_once('"'))
        .map(|(code, _)| code)
        .filter(|code| code.starts_with("card-"))
        .collect();
    assert_eq!(codes.len(), 54);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 54);
}
