//! What a client's month looks like: salary and shops of a person, receipts and taxes of a business.
//! Only a plan; the ledger runs it against the balance.

use kernel::Date;

use super::calendar::months_between;
use super::client::{Account, DemoClient, Detail, Loan, Person};
use super::dice::Dice;
use super::holdings::basis_minor;
use super::keys::{AccountKind, LoanKind, PartyKind, Purpose};

/// One planned movement. Accounts are indexes, amounts positive minor units.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Money in.
    In { account: usize, amount: i64, purpose: Purpose, from: &'static str },
    /// Money out, dropped when there is not enough.
    Out { account: usize, amount: i64, purpose: Purpose, to: &'static str },
    /// Money out whatever the balance: what is missing is brought in before.
    Must { account: usize, amount: i64, purpose: Purpose, to: &'static str },
    /// A share of what is above `keep` goes to another own account, or out of the bank.
    Surplus { account: usize, to: Option<usize>, keep: i64, per_cent: i64 },
    /// Monthly interest on the balance.
    Interest { account: usize, rate_bps: i64 },
}

/// A step and its day of the month (cut to the length of the month).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) day: i8,
    pub(crate) step: Step,
}

/// The plan under way.
struct Plan<'a> {
    client: &'a DemoClient,
    first: Date,
    dice: Dice,
    steps: Vec<Planned>,
}

/// Plans the month that begins on `first`: `habits` is the same every month, `dice` differs.
pub(crate) fn month(client: &DemoClient, first: Date, habits: &Dice, dice: Dice) -> Vec<Planned> {
    let mut plan = Plan { client, first, dice, steps: Vec::with_capacity(20) };
    let main = client
        .accounts
        .iter()
        .position(|account| account.kind == AccountKind::Current && !account.dormant);
    plan.openings();
    if let Some(main) = main {
        let mut habits = habits.fork(1_000);
        match &client.detail {
            Detail::Person(person) if person.position != Some(TRADER) => {
                plan.person(main, person, &mut habits);
            }
            Detail::Person(_) | Detail::Company(_) => plan.business(main, &mut habits),
            Detail::Circle(_) => {}
        }
        plan.loans(main);
        plan.orders();
    }
    plan.interest();
    plan.steps
}

/// Position of a sole trader, whose money moves like a business's.
pub(crate) const TRADER: &str = "индивидуальный предприниматель";

#[rustfmt::skip]
const GROCERIES: &[&str] = &["Супермаркет «Лукошко»", "Магазин «Продукты 24»", "Гипермаркет «Простор»", "Рынок «Центральный»", "Магазин «Молочный двор»"];
/// Other payments by card: name, smallest and largest share of the purse in thousandths.
#[rustfmt::skip]
const SHOPS: &[(&str, i64, i64)] = &[
    ("Аптека «Ромашка»", 6, 40), ("АЗС «Трасса»", 20, 55), ("Кафе «Веранда»", 10, 45),
    ("Магазин одежды «Силуэт»", 40, 140), ("Книжный «Переплёт»", 6, 25), ("Такси «Вояж»", 4, 15),
    ("Маркетплейс «Всёдом»", 15, 120), ("Кинотеатр «Салют»", 8, 20), ("Строймаркет «Мастер»", 30, 160),
    ("Ветклиника «Хвост»", 15, 70), ("Турагентство «Компас»", 120, 320), ("Салон красоты «Алиса»", 20, 60),
];
#[rustfmt::skip]
const PEOPLE: &[&str] = &["Анна К.", "Сергей П.", "Марина В.", "Дмитрий С.", "Ольга Н.", "Павел Т."];
#[rustfmt::skip]
const CUSTOMERS: &[&str] = &["ООО «Вектор»", "АО «Прогресс»", "ООО «Меридиан»", "ООО «Гранит»", "ИП Лукин А. В.", "ООО «Атлант»", "АО «Орион»", "ООО «Континент»", "ГБУ «Городское хозяйство»"];
#[rustfmt::skip]
const SUPPLIERS: &[&str] = &["ООО «База № 5»", "ООО «ТрансАвто»", "АО «Энергосбыт»", "ООО «Упаковка»", "ООО «Комплектация»", "ООО «Топливо-Сервис»", "ООО «Рекламный двор»"];

/// Whole hundreds of roubles.
const fn hundreds(minor: i64) -> i64 {
    minor / 10_000 * 10_000
}

impl Plan<'_> {
    fn add(&mut self, day: i64, step: Step) {
        self.steps.push(Planned { day: i8::try_from(day).unwrap_or(28).clamp(1, 31), step });
    }
    fn income(
        &mut self,
        day: i64,
        account: usize,
        amount: i64,
        purpose: Purpose,
        from: &'static str,
    ) {
        self.add(day, Step::In { account, amount, purpose, from });
    }
    fn out(&mut self, day: i64, account: usize, amount: i64, purpose: Purpose, to: &'static str) {
        self.add(day, Step::Out { account, amount, purpose, to });
    }

    fn opened_now(&self, account: &Account) -> bool {
        months_between(self.first, account.opened) == 0
    }

    /// The first money of accounts opened this month.
    fn openings(&mut self) {
        let basis = basis_minor(self.client).max(3_000_000);
        let private = self.client.kind == PartyKind::Person;
        for (at, account) in self.client.accounts.iter().enumerate() {
            if account.dormant || !self.opened_now(account) {
                continue;
            }
            let (per_cent, purpose) = match account.kind {
                AccountKind::Current if private => (self.dice.range(5, 30), Purpose::CashIn),
                AccountKind::Current => (self.dice.range(5, 30), Purpose::TransferIn),
                AccountKind::Savings => (self.dice.range(30, 200), Purpose::TransferIn),
                AccountKind::Deposit if private => {
                    (self.dice.range(150, 1_500), Purpose::TransferIn)
                }
                AccountKind::Deposit => (self.dice.range(15, 120), Purpose::TransferIn),
            };
            let from = if purpose == Purpose::TransferIn {
                "Перевод из другого банка"
            } else {
                ""
            };
            let amount = (basis / 100 * per_cent / 100_000).max(1) * 100_000;
            let amount = if account.currency == kernel::Currency::RUB {
                amount
            } else {
                amount / 1_000 * 100
            };
            self.income(i64::from(account.opened.day()), at, amount, purpose, from);
        }
    }

    fn person(&mut self, main: usize, person: &Person, habits: &mut Dice) {
        let income = person.income_minor;
        let pay_day = habits.range(5, 12);
        let owner = self.client.loans.iter().any(|loan| loan.kind == LoanKind::Mortgage);
        let rents = habits.chance(210) && !owner;
        let utility = (300_000 + habits.range(0, 500_000)).min(income / 7);
        let telecom = hundreds(45_000 + habits.range(0, 90_000)).min(income / 20);
        match person.position {
            Some("на пенсии") => {
                self.income(8, main, income, Purpose::Pension, "Социальный фонд России")
            }
            Some("студент") => self.income(25, main, income, Purpose::Grant, ""),
            _ if income > 0 => {
                self.income(pay_day, main, income / 100 * 58, Purpose::Salary, "");
                self.income(pay_day + 15, main, income / 100 * 42, Purpose::Advance, "");
                if self.first.month() == 12 {
                    self.income(26, main, income / 100 * 60, Purpose::Bonus, "");
                }
            }
            _ => {}
        }
        if rents {
            self.out(
                3,
                main,
                hundreds(income / 100 * 24),
                Purpose::Rent,
                "Наниматель: аренда квартиры",
            );
        }
        self.out(12, main, utility, Purpose::Utility, "Расчётный центр ЖКХ");
        self.out(14, main, telecom, Purpose::Telecom, "Мобильная связь");
        self.shops(main, income);
        let keep = income / 10 * 13;
        let savings = self.client.accounts.iter().position(|account| {
            account.kind == AccountKind::Savings && account.currency == kernel::Currency::RUB
        });
        match savings {
            Some(_) => {
                self.add(28, Step::Surplus { account: main, to: savings, keep, per_cent: 70 })
            }
            None => {
                let keep = income * 3;
                self.add(28, Step::Surplus { account: main, to: None, keep, per_cent: 80 });
            }
        }
    }

    fn shops(&mut self, main: usize, income: i64) {
        // A rich household does not eat its income: shops take a share of at most 300 000 roubles.
        let purse = income.min(30_000_000 + income / 8);
        for _ in 0..self.dice.range(3, 5) {
            let (day, to) = (self.dice.range(1, 30), self.dice.word(GROCERIES));
            let amount = purse / 1_000 * self.dice.range(18, 62) + self.dice.range(0, 9_900);
            self.out(day, main, amount, Purpose::Groceries, to);
        }
        for _ in 0..self.dice.range(2, 4) {
            let day = self.dice.range(1, 30);
            let (to, low, high) = self.dice.pick(SHOPS, ("", 10, 40));
            let amount = purse / 1_000 * self.dice.range(low, high) + self.dice.range(0, 9_900);
            self.out(day, main, amount, Purpose::Shopping, to);
        }
        if self.dice.chance(420) {
            let day = self.dice.range(6, 29);
            let amount = hundreds(purse / 100 * self.dice.range(4, 14));
            self.out(day, main, amount, Purpose::CashOut, "Банкомат");
        }
        if self.dice.chance(380) {
            let (day, to) = (self.dice.range(2, 29), self.dice.word(PEOPLE));
            let amount = hundreds(purse / 100 * self.dice.range(2, 15));
            self.out(day, main, amount, Purpose::TransferOut, to);
        }
        if self.dice.chance(150) {
            let (day, from) = (self.dice.range(2, 29), self.dice.word(PEOPLE));
            let amount = hundreds(purse / 100 * self.dice.range(2, 12)).max(50_000);
            self.income(day, main, amount, Purpose::TransferIn, from);
        }
    }

    fn business(&mut self, main: usize, habits: &mut Dice) {
        let turnover = basis_minor(self.client);
        let fee = 190_000 + habits.range(0, 6) * 50_000;
        let payroll = turnover / 100 * habits.range(9, 14);
        let rent = turnover / 1_000 * habits.range(15, 40);
        // Business breathes: a month brings 75–125 % of the usual turnover, January least.
        let season = if self.first.month() == 1 { 70 } else { self.dice.range(75, 125) };
        let receipts = self.dice.range(3, 6);
        for _ in 0..receipts {
            let (day, from) = (self.dice.range(1, 30), self.dice.word(CUSTOMERS));
            let part = turnover / receipts / 100 * season;
            let amount = part / 100 * self.dice.range(70, 130) + self.dice.range(0, 99);
            self.income(day, main, amount, Purpose::Receipts, from);
        }
        let suppliers = self.dice.range(3, 4);
        for _ in 0..suppliers {
            let (day, to) = (self.dice.range(4, 30), self.dice.word(SUPPLIERS));
            let part = turnover / suppliers / 100 * 58;
            let amount = part / 100 * self.dice.range(70, 130) + self.dice.range(0, 99);
            self.out(day, main, amount, Purpose::Supplier, to);
        }
        self.out(5, main, payroll, Purpose::Payroll, "Зарплатный реестр");
        self.out(20, main, payroll / 3 * 2, Purpose::Payroll, "Зарплатный реестр");
        self.out(25, main, rent, Purpose::Rent, "Аренда помещений");
        let tax = turnover / 1_000 * self.dice.range(55, 80);
        self.out(28, main, tax, Purpose::Tax, "Единый налоговый счёт");
        self.out(30, main, fee, Purpose::Fee, "");
        self.add(
            29,
            Step::Surplus { account: main, to: None, keep: turnover / 10 * 16, per_cent: 60 },
        );
    }

    fn loans(&mut self, main: usize) {
        for loan in &self.client.loans {
            let months = months_between(loan.started, self.first);
            let day = i64::from(loan.started.day());
            if loan.is_revolving() {
                if months > 0 && loan.payment_minor > 0 {
                    let step = Step::Must {
                        account: main,
                        amount: loan.payment_minor,
                        purpose: Purpose::LoanPayment,
                        to: "",
                    };
                    self.add(day, step);
                }
                continue;
            }
            if months == 0 {
                self.issue(main, loan, day);
            }
            if months > 0 && months <= i64::from(loan.payments_made) {
                let amount = loan.payment_minor;
                self.add(
                    day,
                    Step::Must { account: main, amount, purpose: Purpose::LoanPayment, to: "" },
                );
            }
        }
    }

    fn issue(&mut self, main: usize, loan: &Loan, day: i64) {
        let amount = loan.amount_minor;
        self.income(day, main, amount, Purpose::LoanIssued, "");
        let (used, to) = match loan.kind {
            LoanKind::Car => (amount, "Автоцентр «Восток»: договор купли-продажи"),
            LoanKind::Mortgage => (amount, "Счёт эскроу: покупка квартиры"),
            LoanKind::Sme => (amount / 100 * 85, "ООО «Комплектация»: оборудование"),
            LoanKind::Consumer | LoanKind::CreditCard | LoanKind::Overdraft => {
                (amount / 100 * 70, "Банкомат и переводы")
            }
        };
        self.out(day, main, used, Purpose::LoanUse, to);
    }

    fn orders(&mut self) {
        for order in &self.client.orders {
            // A failing order found no money in the last two months.
            let age = months_between(self.first, self.client.source.today);
            if !(order.failing && age < 2) {
                let day = i64::from(order.day);
                self.out(
                    day,
                    order.account,
                    order.amount_minor,
                    Purpose::StandingOrder,
                    order.payee,
                );
            }
        }
    }

    fn interest(&mut self) {
        for (at, account) in self.client.accounts.iter().enumerate() {
            if account.rate_bps > 0 && !self.opened_now(account) {
                self.add(31, Step::Interest { account: at, rate_bps: account.rate_bps });
            }
        }
    }
}
