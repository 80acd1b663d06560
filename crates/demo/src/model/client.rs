//! The structs a demo client is made of: plain values, no behaviour beyond small readings.

use kernel::{Currency, Date, Timestamp};

use super::keys::{
    AccountKind, AddressKind, CardKind, CardState, Channel, ConsentPurpose, ContactKind, DateKind,
    Direction, IdentifierKind, LegalForm, LinkKind, LoanKind, Marital, Outcome, PartyKind, Purpose,
    Segment, Sex, Status, TaskKind, TaskState, Topic,
};
use super::organisation::{BranchNo, StaffNo};

/// One client with everything the bank knows of him. Long histories are lazy: see
/// [`DemoClient::transactions`], [`DemoClient::account_months`], [`DemoClient::interactions`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoClient {
    /// Number in the bank, from 0; links point at it.
    pub number: u64,
    /// Person, sole trader, company, household or group.
    pub kind: PartyKind,
    /// Who it is.
    pub detail: Detail,
    /// Service segment.
    pub segment: Segment,
    /// State of the relationship.
    pub status: Status,
    /// First day of the relationship; `None` for a prospect.
    pub since: Option<Date>,
    /// Branch that serves the client.
    pub branch: BranchNo,
    /// Relationship manager, always of that branch.
    pub manager: StaffNo,
    /// How the client likes to be reached.
    pub preferred_channel: Option<Channel>,
    /// Documents and official numbers.
    pub identifiers: Vec<Identifier>,
    /// Phones, e-mails, messengers; the first of a kind is the main one.
    pub contacts: Vec<Contact>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Consents given and withdrawn.
    pub consents: Vec<Consent>,
    /// Accounts. Balances agree with [`DemoClient::transactions`].
    pub accounts: Vec<Account>,
    /// Cards.
    pub cards: Vec<Card>,
    /// Loans and revolving limits.
    pub loans: Vec<Loan>,
    /// Standing orders.
    pub orders: Vec<StandingOrder>,
    /// Links this client holds: "this client is the … of `to`".
    pub links: Vec<Link>,
    /// Important dates besides the birthday.
    pub dates: Vec<ImportantDate>,
    /// Tasks, promises and next steps.
    pub tasks: Vec<Task>,
    /// Notes of the staff.
    pub notes: Vec<Note>,
    /// What the lazy histories are drawn from.
    pub(crate) source: Source,
}

/// What the lazy histories of a client are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) seed: u64,
    pub(crate) today: Date,
    /// How many contacts the client has had in two years.
    pub(crate) interactions: u32,
}

/// Who the client is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A person or a sole trader.
    Person(Person),
    /// A company.
    Company(Company),
    /// A household or a group: a name and the client that speaks for it.
    Circle(Circle),
}

/// A natural person. Name parts are empty for a client imported without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Surname in the form of the person's sex.
    pub last_name: String,
    /// First name.
    pub first_name: String,
    /// Patronymic; empty when there is none.
    pub patronymic: String,
    /// Surname before marriage, where known.
    pub former_last_name: Option<String>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Day of birth.
    pub born: Option<Date>,
    /// Place of birth.
    pub birth_place: Option<&'static str>,
    /// Citizenship, ISO 3166 alpha-2.
    pub citizenship: &'static str,
    /// Marital state.
    pub marital: Option<Marital>,
    /// Position at work.
    pub position: Option<&'static str>,
    /// Employer as the client named him; a link exists when the employer is a client too.
    pub employer_name: Option<String>,
    /// Income per month after tax, kopecks; 0 when unknown.
    pub income_minor: i64,
}

/// A legal entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Company {
    /// Legal form.
    pub form: LegalForm,
    /// Name in quotation marks with the short legal form: `ООО «Северный ветер»`.
    pub short_name: String,
    /// Name with the full legal form.
    pub full_name: String,
    /// Main kind of activity, ОКВЭД2 code.
    pub okved: &'static str,
    /// Main kind of activity in words.
    pub activity: &'static str,
    /// Day of state registration.
    pub registered: Date,
    /// Number of employees.
    pub headcount: u32,
    /// Turnover per month, kopecks.
    pub turnover_minor: i64,
}

/// A household or a group of companies. Members hold links to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Name: `Семья Ивановых`, `Группа «Северный ветер»`.
    pub name: String,
    /// Member that speaks for the rest; `None`: nobody has been chosen yet.
    pub primary: Option<u64>,
}

/// A document or official number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Kind.
    pub kind: IdentifierKind,
    /// Value as it is printed in the document.
    pub value: String,
    /// Day of issue.
    pub issued: Option<Date>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Last day of validity, if it ends.
    pub expires: Option<Date>,
}

/// A contact point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Kind.
    pub kind: ContactKind,
    /// E.164 phone, e-mail in lower case, messenger name, URL.
    pub value: String,
    /// What it is, in words (`рабочий`, `бухгалтерия`); empty for the main one.
    pub label: &'static str,
    /// The client confirmed it.
    pub verified: bool,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What it is for.
    pub kind: AddressKind,
    /// Postal index, six digits.
    pub postcode: String,
    /// City.
    pub city: &'static str,
    /// Street with its kind: `ул. Ленина`.
    pub street: &'static str,
    /// House, with building: `12`, `7к2`.
    pub house: String,
    /// Flat or office.
    pub flat: Option<String>,
}

/// A consent given or withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What it covers.
    pub purpose: ConsentPurpose,
    /// The channel, for advertising.
    pub channel: Option<Channel>,
    /// Given (`true`) or withdrawn.
    pub granted: bool,
    /// Since when.
    pub since: Date,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twenty digits with a correct control key for [`super::DEMO_BIK`].
    pub number: String,
    /// Kind.
    pub kind: AccountKind,
    /// Product key: pages translate it.
    pub product: &'static str,
    /// Currency.
    pub currency: Currency,
    /// Day of opening.
    pub opened: Date,
    /// Last day of a term deposit.
    pub matures: Option<Date>,
    /// Interest per year, basis points.
    pub rate_bps: i64,
    /// Balance at the start of the two-year window (0 when opened inside it), minor units.
    pub opening_minor: i64,
    /// Balance today: `opening_minor` plus every transaction, minor units.
    pub balance_minor: i64,
    /// No movement is expected: opened and never used.
    pub dormant: bool,
}

/// A payment card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// First six and last four digits: `220044******1234`.
    pub masked_pan: String,
    /// Kind.
    pub kind: CardKind,
    /// Product key.
    pub product: &'static str,
    /// Name on the card, Latin capitals.
    pub holder: String,
    /// Last day of validity (the last day of the printed month).
    pub expires: Date,
    /// State.
    pub state: CardState,
    /// Index in [`DemoClient::accounts`], for debit and business cards.
    pub account: Option<usize>,
    /// Index in [`DemoClient::loans`], for credit cards.
    pub loan: Option<usize>,
}

/// A loan or a revolving limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    /// Contract number.
    pub contract: String,
    /// Twenty-digit loan account.
    pub account_number: String,
    /// Kind.
    pub kind: LoanKind,
    /// Amount lent, or the limit of a revolving loan, kopecks.
    pub amount_minor: i64,
    /// Interest per year, basis points.
    pub rate_bps: i64,
    /// Term, months.
    pub term_months: u32,
    /// Day the money was given.
    pub started: Date,
    /// Day of the last payment.
    pub ends: Date,
    /// Monthly annuity, or the minimum payment of a revolving loan, kopecks.
    pub payment_minor: i64,
    /// Next day of payment; `None` when nothing is left to pay.
    pub next_payment: Option<Date>,
    /// Payments made.
    pub payments_made: u32,
    /// Principal still owed, overdue part included, kopecks.
    pub outstanding_minor: i64,
    /// Sum of missed payments, kopecks.
    pub overdue_minor: i64,
    /// Days since the oldest missed payment; 0 when none.
    pub days_past_due: u32,
    /// Day the bank looks at the interest anew, for kinds whose interest is not fixed.
    pub review: Option<Date>,
}

impl Loan {
    /// Revolving loans have a limit instead of a schedule.
    pub const fn is_revolving(&self) -> bool {
        matches!(self.kind, LoanKind::CreditCard | LoanKind::Overdraft)
    }
    /// Money that can still be drawn, kopecks; `None` for a loan with a schedule.
    pub const fn available_minor(&self) -> Option<i64> {
        if self.is_revolving() { Some(self.amount_minor - self.outstanding_minor) } else { None }
    }
}

/// A standing order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandingOrder {
    /// Index in [`DemoClient::accounts`].
    pub account: usize,
    /// Day of the month, 1–28.
    pub day: i8,
    /// Amount, kopecks.
    pub amount_minor: i64,
    /// To whom.
    pub payee: &'static str,
    /// What for.
    pub reason: &'static str,
    /// The last run failed for lack of money.
    pub failing: bool,
}

/// A dated link: the client that holds it is `kind` of `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What the holder is to the other.
    pub kind: LinkKind,
    /// The other client's number.
    pub to: u64,
    /// Share of an owner, basis points.
    pub share_bps: Option<u32>,
    /// Since when, where known.
    pub since: Option<Date>,
    /// Until when, when it has ended.
    pub until: Option<Date>,
}

/// An important date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportantDate {
    /// Kind.
    pub kind: DateKind,
    /// The day it happened or will happen.
    pub date: Date,
    /// Comes back every year.
    pub yearly: bool,
    /// A word more, in Russian.
    pub note: &'static str,
}

/// A task, a promise or a next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Kind.
    pub kind: TaskKind,
    /// What to do, in Russian.
    pub title: String,
    /// Day it is due.
    pub due: Date,
    /// Open or done.
    pub state: TaskState,
    /// Who does it.
    pub assignee: StaffNo,
    /// When it was written down.
    pub created: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// What came of it.
    pub result: Option<&'static str>,
    /// Before others.
    pub urgent: bool,
}

/// A note of the staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: StaffNo,
    /// The text, in Russian.
    pub text: &'static str,
    /// Kept on top of the card.
    pub pinned: bool,
}

/// One contact with the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interaction {
    /// Position in the client's history, from 0, oldest first.
    pub sequence: u32,
    /// When it began.
    pub at: Timestamp,
    /// Channel.
    pub channel: Channel,
    /// Who began.
    pub direction: Direction,
    /// Topic.
    pub topic: Topic,
    /// How it ended.
    pub outcome: Outcome,
    /// Who spoke for the bank.
    pub author: StaffNo,
    /// Where.
    pub branch: BranchNo,
    /// Length of a call, visit or meeting, minutes.
    pub duration_minutes: Option<u32>,
    /// One line, in Russian.
    pub subject: &'static str,
    /// The text, in Russian.
    pub body: String,
    /// Next step agreed, with its day.
    pub next_step: Option<(Date, &'static str)>,
}

/// One movement on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Index in [`DemoClient::accounts`].
    pub account: usize,
    /// Number of the movement in the client's two years, from 0.
    pub sequence: u32,
    /// Value date.
    pub date: Date,
    /// Signed amount in minor units of the account's currency: plus is money in.
    pub amount_minor: i64,
    /// Balance after it, minor units.
    pub balance_minor: i64,
    /// Purpose.
    pub purpose: Purpose,
    /// The other side, in Russian; empty when it is the bank or the client himself.
    pub counterparty: &'static str,
}

/// Turnover of one account in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountMonth {
    /// Index in [`DemoClient::accounts`].
    pub account: usize,
    /// First day of the month.
    pub month: Date,
    /// Balance before the first movement, minor units.
    pub opening_minor: i64,
    /// Money in, minor units.
    pub incoming_minor: i64,
    /// Money out, minor units, positive.
    pub outgoing_minor: i64,
    /// Balance after the last movement, minor units.
    pub closing_minor: i64,
}
