//! How the stories are told: what the clients of `stories` hold and what goes on around them.

use kernel::Date;

use super::calendar::{add_days, add_months, add_years, date, instant};
use super::client::{Contact, DemoClient, Detail, Identifier, Link, Note, StandingOrder, Task};
use super::digits;
use super::holdings;
use super::keys::{
    AccountKind, CardKind, Channel, ContactKind, DateKind, IdentifierKind, LinkKind, LoanKind,
    TaskKind, TaskState,
};
use super::ledger::window_start;
use super::life::dated;
use super::loans::{self, Request};
use super::names::login_word;
use super::population::{Ground, Profile};
use super::stories::{
    DIRECTOR_SON, DIRECTOR_WIFE, EVERYTHING, EXPIRING_CARD, EXPIRING_DEPOSIT, GROUP, HOUSEHOLD,
    LONG_NAME, NAMELESS, NOTHING_AT_ALL, OVERDUE, SOLE_TRADER, SUBSIDIARY_PORT, SUBSIDIARY_TRADE,
    SUBSIDIARY_YARD, TEENAGER, TWIN_FIRST, TWIN_SECOND, VIP_COMPANY, VIP_DIRECTOR, is_story,
};

/// Kopecks in a thousand roubles.
const THOUSAND: i64 = 100_000;

/// Gives the client of a story what he holds. Balances are settled after it.
pub(crate) fn tell(ground: Ground, profile: Profile, client: &mut DemoClient) {
    if !is_story(client.number) {
        return;
    }
    let mut tale = Tale { ground, profile, client };
    tale.clear();
    match tale.client.number {
        VIP_COMPANY | SUBSIDIARY_PORT | SUBSIDIARY_YARD | SUBSIDIARY_TRADE => tale.company(),
        VIP_DIRECTOR | DIRECTOR_WIFE | DIRECTOR_SON => tale.director_family(),
        HOUSEHOLD => tale.circle("Семья Ветровых", VIP_DIRECTOR),
        GROUP => tale.circle("Группа «Северный ветер»", VIP_COMPANY),
        OVERDUE => tale.overdue(),
        NAMELESS | NOTHING_AT_ALL => tale.unknown(),
        LONG_NAME => tale.long_name(),
        TWIN_FIRST | TWIN_SECOND => tale.twins(),
        EXPIRING_DEPOSIT => tale.expiring_deposit(),
        EXPIRING_CARD => tale.expiring_card(),
        SOLE_TRADER => tale.sole_trader(),
        EVERYTHING => tale.everything(),
        TEENAGER => tale.teenager(),
        _ => {}
    }
    let known = ground.clients;
    client.links.retain(|link| link.to < known);
}

/// A story being told.
struct Tale<'a> {
    ground: Ground,
    profile: Profile,
    client: &'a mut DemoClient,
}

impl Tale<'_> {
    fn day(&self, days: i64) -> Date {
        add_days(self.ground.today, days)
    }

    /// What was drawn by chance is put away; texts of contacts stay drawn.
    fn clear(&mut self) {
        self.client.accounts.clear();
        self.client.cards.clear();
        self.client.loans.clear();
        self.client.orders.clear();
        self.client.dates.clear();
        self.client.tasks.clear();
        self.client.notes.clear();
        self.client.source.interactions = self.client.source.interactions.max(12);
    }

    /// A current account with `thousands` of roubles at the start of the window.
    fn current(&mut self, product: &'static str, thousands: i64) {
        self.account(AccountKind::Current, product, thousands, 0);
    }

    fn account(&mut self, kind: AccountKind, product: &'static str, thousands: i64, rate_bps: i64) {
        let at = holdings::open(self.client, kind, product);
        let start = window_start(self.ground.today);
        if let Some(account) = self.client.accounts.get_mut(at) {
            let inside = account.opened >= start;
            account.opening_minor = if inside { 0 } else { thousands * THOUSAND };
            account.rate_bps = rate_bps;
        }
    }

    /// A deposit that ends in `left` days after a year.
    fn deposit(&mut self, left: i64, rate_bps: i64) {
        let matures = self.day(left);
        let at = holdings::open(self.client, AccountKind::Deposit, "deposit_term");
        if let Some(account) = self.client.accounts.get_mut(at) {
            account.opened = add_days(matures, -367);
            account.matures = Some(matures);
            account.rate_bps = rate_bps;
        }
    }

    /// A loan of `thousands` with the rate and months, taken `age` months ago, the last `missed` payments
    /// not made; for a revolving one `missed` is the used part in per cent.
    fn loan(&mut self, kind: LoanKind, thousands: i64, terms: (i64, u32), age: i64, missed: u32) {
        let request = Request {
            number: self.client.number,
            profile: self.profile,
            basis_minor: 0,
            sequence: self.client.loans.len(),
        };
        let start = add_months(self.day(-9), -age);
        let start = date(start.year(), start.month(), start.day().min(28));
        let mut loan = loans::contract(&request, kind, thousands * THOUSAND, terms, start);
        if loan.is_revolving() {
            loan.outstanding_minor = loan.amount_minor / 100 * i64::from(missed);
            loans::run_revolving(&mut loan, self.ground.today);
        } else {
            loans::run(&mut loan, self.ground.today, missed);
        }
        self.client.loans.push(loan);
    }

    fn link(&mut self, kind: LinkKind, to: u64) {
        let since = self.client.since;
        self.client.links.push(Link { kind, to, share_bps: None, since, until: None });
    }

    fn owns(&mut self, to: u64, share_bps: u32) {
        let since = self.client.since;
        let share_bps = Some(share_bps);
        self.client.links.push(Link { kind: LinkKind::Owner, to, share_bps, since, until: None });
    }

    /// An open work item due in `days`.
    fn task(&mut self, kind: TaskKind, title: &str, days: i64) {
        let due = self.day(days);
        self.client.tasks.push(Task {
            kind,
            title: title.to_owned(),
            due,
            state: TaskState::Open,
            assignee: self.client.manager,
            created: instant(self.day(days.min(0) - 4), 36_000, 3),
            done_at: None,
            result: None,
            urgent: days <= 0,
        });
    }

    fn busy(&mut self, interactions: u32) {
        self.client.source.interactions = interactions;
    }

    fn company(&mut self) {
        let number = self.client.number;
        self.current("settlement_corporate", if number == VIP_COMPANY { 310_000 } else { 22_000 });
        self.link(LinkKind::GroupMember, GROUP);
        holdings::issue(self.ground, self.client, CardKind::Business, 14);
        if number == SUBSIDIARY_TRADE {
            self.loan(LoanKind::Sme, 18_000, (1_990, 36), 14, 2);
            self.task(TaskKind::Promise, "Получить график погашения просрочки", -3);
        }
        if number == VIP_COMPANY {
            self.owns(SUBSIDIARY_PORT, 10_000);
            self.owns(SUBSIDIARY_YARD, 7_500);
            self.owns(SUBSIDIARY_TRADE, 5_100);
            self.current("settlement_tender", 4_000);
            self.deposit(95, 1_650);
            self.loan(LoanKind::Sme, 900_000, (1_450, 60), 20, 0);
            self.loan(LoanKind::Overdraft, 120_000, (1_690, 12), 5, 94);
            self.task(TaskKind::Promise, "Подтвердить курс на покупку валюты", 0);
            let end = self.day(21);
            let end = dated(DateKind::ContractEnd, end, false, "договор зарплатного проекта");
            self.client.dates.push(end);
            self.busy(64);
        }
        if let Detail::Company(company) = &self.client.detail {
            let founded = dated(DateKind::Founded, company.registered, true, "");
            self.client.dates.push(founded);
        }
        self.task(TaskKind::NextStep, "Встретиться с директором: планы на квартал", 6);
    }

    fn director_family(&mut self) {
        self.link(LinkKind::HouseholdMember, HOUSEHOLD);
        let wedding = dated(DateKind::Wedding, date(2002, 8, 24), true, "");
        match self.client.number {
            VIP_DIRECTOR => {
                self.current("current_private", 5_200);
                self.deposit(120, 1_580);
                self.account(AccountKind::Savings, "savings_flexible", 9_000, 1_200);
                holdings::issue(self.ground, self.client, CardKind::Debit, 22);
                self.link(LinkKind::Director, VIP_COMPANY);
                self.owns(VIP_COMPANY, 5_100);
                self.link(LinkKind::Director, SUBSIDIARY_PORT);
                self.owns(SUBSIDIARY_YARD, 2_500);
                self.link(LinkKind::Parent, DIRECTOR_SON);
                self.link(LinkKind::Guarantor, VIP_COMPANY);
                self.client.dates.push(wedding);
                self.client.preferred_channel = Some(Channel::Call);
                self.task(TaskKind::NextStep, "Согласовать визит в отделение без очереди", 2);
                self.busy(28);
            }
            DIRECTOR_WIFE => {
                self.current("current_premium", 620);
                self.link(LinkKind::Spouse, VIP_DIRECTOR);
                self.owns(VIP_COMPANY, 2_400);
                self.link(LinkKind::Parent, DIRECTOR_SON);
                self.client.dates.push(wedding);
                self.task(TaskKind::NextStep, "Рассказать о страховании недвижимости", 11);
            }
            _ => self.current("current_everyday", 14),
        }
    }

    fn circle(&mut self, name: &str, primary: u64) {
        if let Detail::Circle(circle) = &mut self.client.detail {
            name.clone_into(&mut circle.name);
            circle.primary = Some(primary);
        }
        self.busy(0);
    }

    fn overdue(&mut self) {
        self.current("current_everyday", 21);
        self.loan(LoanKind::Consumer, 620, (2_390, 48), 19, 3);
        self.loan(LoanKind::CreditCard, 150, (3_490, 36), 25, 97);
        holdings::issue(self.ground, self.client, CardKind::Debit, 9);
        self.link(LinkKind::Employee, VIP_COMPANY);
        self.task(TaskKind::Promise, "Клиент обещал внести платёж", -2);
        self.task(TaskKind::NextStep, "Предложить реструктуризацию", 1);
    }

    /// A client of whom hardly anything came from the other system, or nothing at all.
    fn unknown(&mut self) {
        self.client.contacts.clear();
        self.client.addresses.clear();
        self.client.consents.clear();
        self.client.identifiers.clear();
        self.client.preferred_channel = None;
        if self.client.number == NOTHING_AT_ALL {
            if let Detail::Person(person) = &mut self.client.detail {
                person.born = None;
                person.sex = None;
                person.marital = None;
                person.birth_place = None;
            }
            self.busy(0);
            return;
        }
        if let Detail::Person(person) = &mut self.client.detail {
            person.marital = None;
            person.birth_place = None;
        }
        self.client.identifiers.push(Identifier {
            kind: IdentifierKind::External,
            value: "LEGACY-000417".to_owned(),
            issued: None,
            issuer: None,
            expires: None,
        });
        self.current("current_everyday", 88);
        self.task(TaskKind::NextStep, "Установить личность и заполнить анкету", 9);
        self.busy(2);
    }

    fn long_name(&mut self) {
        self.current("current_everyday", 240);
        holdings::issue(self.ground, self.client, CardKind::Debit, 30);
        self.link(LinkKind::Director, SUBSIDIARY_YARD);
        self.task(TaskKind::NextStep, "Уточнить написание имени на карте", 5);
    }

    fn twins(&mut self) {
        let first = self.client.number == TWIN_FIRST;
        let phone = digits::mobile("916", TWIN_FIRST);
        self.client.contacts =
            vec![Contact { kind: ContactKind::Phone, value: phone, label: "", verified: first }];
        if first {
            self.current("current_everyday", 130);
            holdings::issue(self.ground, self.client, CardKind::Debit, 17);
        } else {
            self.client.identifiers.clear();
            self.account(AccountKind::Savings, "savings_flexible", 75, 1_050);
        }
        self.task(TaskKind::NextStep, "Проверить, не заведён ли клиент дважды", 3);
    }

    fn expiring_deposit(&mut self) {
        self.current("current_premium", 210);
        self.deposit(6, 1_790);
        self.link(LinkKind::Parent, SOLE_TRADER);
        self.link(LinkKind::Guarantor, SOLE_TRADER);
        let retirement = self.day(400);
        self.client.dates.push(dated(DateKind::Retirement, retirement, false, ""));
        self.task(TaskKind::Task, "Предложить условия продления вклада", 1);
        self.task(TaskKind::NextStep, "Позвонить до окончания вклада", 3);
    }

    fn expiring_card(&mut self) {
        self.current("current_everyday", 35);
        holdings::issue(self.ground, self.client, CardKind::Debit, 0);
        self.client.orders.push(StandingOrder {
            account: 0,
            day: 15,
            amount_minor: 18 * THOUSAND,
            payee: "Детский сад «Солнышко»",
            reason: "оплата детского сада",
            failing: true,
        });
        self.link(LinkKind::Director, SUBSIDIARY_TRADE);
        self.link(LinkKind::Guarantor, SUBSIDIARY_TRADE);
        self.task(TaskKind::NextStep, "Предложить перевыпуск карты с доставкой", 2);
    }

    fn sole_trader(&mut self) {
        self.current("settlement_start", 420);
        self.loan(LoanKind::Sme, 1_800, (1_890, 36), 11, 0);
        holdings::issue(self.ground, self.client, CardKind::Business, 20);
        self.owns(SUBSIDIARY_TRADE, 4_900);
        self.task(TaskKind::NextStep, "Запросить книгу доходов за полугодие", 12);
    }

    fn everything(&mut self) {
        self.current("current_premium", 540);
        self.account(AccountKind::Savings, "savings_flexible", 1_150, 1_300);
        self.deposit(40, 1_720);
        self.loan(LoanKind::Mortgage, 9_400, (890, 240), 30, 0);
        self.loan(LoanKind::Car, 1_600, (1_490, 60), 7, 0);
        self.loan(LoanKind::CreditCard, 600, (2_990, 36), 16, 35);
        holdings::issue(self.ground, self.client, CardKind::Debit, 26);
        holdings::issue(self.ground, self.client, CardKind::Credit, 11);
        self.client.orders.push(StandingOrder {
            account: 0,
            day: 10,
            amount_minor: 12 * THOUSAND,
            payee: "Музыкальная школа № 3",
            reason: "занятия",
            failing: false,
        });
        self.link(LinkKind::Parent, TEENAGER);
        self.link(LinkKind::Employee, VIP_COMPANY);
        let (home, car, move_in) = (self.day(-920), self.day(-220), self.day(24));
        self.client.dates.extend([
            dated(DateKind::Wedding, date(2008, 7, 12), true, ""),
            dated(
                DateKind::ChildBorn,
                add_days(add_years(self.ground.today, -15), -100),
                true,
                "сын Матвей",
            ),
            dated(DateKind::HomeBought, home, false, "квартира в ипотеку"),
            dated(DateKind::CarBought, car, false, "в кредит"),
            dated(DateKind::ContractEnd, move_in, false, "страхование квартиры"),
        ]);
        self.client.preferred_channel = Some(Channel::Call);
        self.task(TaskKind::Promise, "Прислать график платежей", 0);
        self.task(TaskKind::Task, "Проверить срок действия документов", -4);
        self.task(TaskKind::NextStep, "Поздравить с днём рождения и обсудить вклад", 3);
        self.client.notes.push(Note {
            at: instant(self.day(-33), 45_000, 3),
            author: self.client.manager,
            text: "Решения принимает быстро, ценит точные цифры. Звонить до обеда.",
            pinned: true,
        });
        let name = login_word("Щербакова");
        self.client.contacts.push(Contact {
            kind: ContactKind::Telegram,
            value: format!("@demo_{name}"),
            label: "личный",
            verified: true,
        });
        self.busy(60);
    }

    fn teenager(&mut self) {
        self.current("current_everyday", 0);
        holdings::issue(self.ground, self.client, CardKind::Debit, 33);
        self.task(TaskKind::NextStep, "Рассказать о накопительной цели", 14);
    }
}
