//! The desks of the demo bank: what people come for, and this morning: who waits, who was served, what was done.

use std::sync::Arc;

use engagement::desk::RefreshRegard;
use engagement::desk::commands::{
    CallVisitor, FinishVisit, IdentifyVisitor, MoveTillCash, OpenVisit, RecordOperation, SaveTheme,
};
use kernel::{Currency, DeskThemeId};
use spine::authority::Limit;
use spine::authority::commands::SaveLimit;
use spine::{Command, Ctx, Error, Principal, Services};

use super::Places;
use crate::model::{DemoBank, PartyKind, Role, demo_login};

/// A theme: its name in both languages, letter, topic, minutes, and those under it.
struct Theme(&'static str, &'static str, &'static str, &'static str, i64, &'static [Under]);
/// A theme under another one: its name in both languages and minutes.
type Under = (&'static str, &'static str, i64);

const THEMES: [Theme; 6] = [
    Theme(
        "Счета и вклады",
        "Accounts and deposits",
        "A",
        "account",
        15,
        &[
            ("Открыть счёт или вклад", "Open an account or a deposit", 20),
            ("Справка или выписка", "Certificate or statement", 5),
        ],
    ),
    Theme(
        "Карты",
        "Cards",
        "C",
        "card",
        10,
        &[("Выпуск карты", "A new card", 15), ("Карта утеряна", "Lost card", 10)],
    ),
    Theme(
        "Кредиты",
        "Loans",
        "L",
        "loan",
        25,
        &[
            ("Кредит наличными", "Cash loan", 30),
            ("Ипотека", "Mortgage", 40),
            ("Действующий кредит", "A loan of mine", 15),
        ],
    ),
    Theme("Платежи и переводы", "Payments and transfers", "P", "payment", 7, &[]),
    Theme("Бизнесу", "For companies", "B", "account", 20, &[]),
    Theme("Другое", "Other", "O", "other", 10, &[]),
];

/// A visit of the morning: minutes ago, ticket, how it went on, the clerk of the branch who serves.
struct Morning(i64, &'static str, Stage);

enum Stage {
    Waits,
    Served(&'static str, i64),
}

const MORNING: [Morning; 7] = [
    Morning(150, "P001", Stage::Served("payment", 480_000)),
    Morning(130, "C001", Stage::Served("cash_out", 1_500_000)),
    Morning(95, "P002", Stage::Served("cash_in", 2_750_000)),
    Morning(60, "A001", Stage::Served("transfer", 12_400_050)),
    Morning(14, "L001", Stage::Waits),
    Morning(9, "C002", Stage::Waits),
    Morning(4, "P003", Stage::Waits),
];

/// What the clerk got from the safe before the first visitor (minor units), and how long ago (minutes).
const ALLOCATION: (i64, i64) = (20_000_000, 165);

pub(super) async fn load(
    services: &Services,
    bank: &DemoBank,
    places: &Places,
) -> Result<(), Error> {
    let system = services.system("demo");
    let command = places.ids.command("regard", 0);
    services.execute(&system, command, &RefreshRegard { client_id: None }).await?;
    services
        .execute(&system, places.ids.command("limit", 0), &SaveLimit { limit: limit() })
        .await?;
    let mut n = 0;
    let mut firsts = Vec::new();
    for (place, theme) in (1_i64..).zip(&THEMES) {
        let Theme(name, name_en, letter, topic, minutes, under) = theme;
        let save = |parent_id, name: &str, name_en: &str, minutes, place| SaveTheme {
            theme_id: None,
            version: 0,
            parent_id,
            name: name.to_owned(),
            name_en: name_en.to_owned(),
            topic: (*topic).to_owned(),
            letter: (*letter).to_owned(),
            minutes,
            place,
            archived: false,
        };
        let first = save(None, name, name_en, *minutes, place * 10);
        let first = theme_saved(services, places, &mut n, &first).await?;
        firsts.push((*letter, first));
        for (at, (name, name_en, minutes)) in (1_i64..).zip(*under) {
            let one = save(Some(first), name, name_en, *minutes, place * 10 + at);
            theme_saved(services, places, &mut n, &one).await?;
        }
    }
    morning(services, bank, places, &firsts).await
}

/// What a desk without a line may do with sums.
fn limit() -> Limit {
    Limit {
        command: RecordOperation::NAME.to_owned(),
        role: String::new(),
        currency: Currency::RUB,
        floor_minor: 10_000_000,
        threshold_minor: 3_000_000,
        pick_bp: 500,
        pick_max_bp: 5_000,
        lower_count: 3,
        upper_count: 5,
        client_day_minor: 30_000_000,
        person_day_minor: 300_000_000,
        lift_minor: Some(60_000_000),
    }
}

async fn theme_saved(
    services: &Services,
    places: &Places,
    n: &mut u64,
    theme: &SaveTheme,
) -> Result<DeskThemeId, Error> {
    *n += 1;
    let system = services.system("demo");
    services.execute(&system, places.ids.command("desk-theme", *n), theme).await
}

/// The morning at the branch where the manager of the one-click sign-in works.
async fn morning(
    services: &Services,
    bank: &DemoBank,
    places: &Places,
    themes: &[(&str, DeskThemeId)],
) -> Result<(), Error> {
    let loaded = services.directory.get();
    let clerk = loaded.staff.values().find(|s| s.login == demo_login(Role::Manager));
    let Some(clerk) = clerk.and_then(|clerk| services.directory.principal(clerk.id)) else {
        return Ok(());
    };
    allocate(services, places, &clerk).await?;
    let ours = |n: &u64| {
        let client = bank.client(*n);
        let is_here = places.branches.get(&client.branch.0).copied() == clerk.branch_id;
        is_here && matches!(client.kind, PartyKind::Person)
    };
    let clients: Vec<u64> = (0..bank.clients().min(400)).filter(ours).take(MORNING.len()).collect();
    for (n, visit) in (0_u64..).zip(&MORNING) {
        let at = Step { services, clerk: &clerk, places, n };
        let Morning(ago, ticket, stage) = visit;
        let letter = themes.iter().find(|(letter, _)| ticket.starts_with(letter));
        let open = OpenVisit {
            ticket: (*ticket).to_owned(),
            person: String::new(),
            theme_id: letter.map(|(_, id)| *id),
            serve: false,
        };
        let visit_id = at.run("desk-open", *ago, &open).await?.visit_id;
        let Stage::Served(kind, amount_minor) = stage else { continue };
        at.run("desk-call", ago - 6, &CallVisitor { visit_id }).await?;
        if let Some(client) = usize::try_from(n).ok().and_then(|n| clients.get(n)) {
            let client_id = places.ids.client(*client);
            let identify = IdentifyVisitor {
                visit_id,
                client_id,
                by: "document".to_owned(),
                with: format!("{:04}", (client * 37) % 10_000),
            };
            at.run("desk-identify", ago - 7, &identify).await?;
        }
        let operation = RecordOperation {
            visit_id: Some(visit_id),
            client_id: None,
            kind: (*kind).to_owned(),
            currency: Currency::RUB,
            amount_minor: *amount_minor,
            reference: format!("{}", 100 + n),
            note: String::new(),
        };
        at.run("desk-operation", ago - 9, &operation).await?;
        let finish = FinishVisit {
            visit_id,
            result: "resolved".to_owned(),
            note: String::new(),
            left_out: Vec::new(),
            left_out_reason: String::new(),
        };
        at.run("desk-finish", ago - 12, &finish).await?;
    }
    Ok(())
}

/// The head of the branch gives the clerk the cash of the morning.
async fn allocate(
    services: &Services,
    places: &Places,
    clerk: &Arc<Principal>,
) -> Result<(), Error> {
    let loaded = services.directory.get();
    let others = loaded.staff.values().filter(|s| s.branch_id == clerk.branch_id);
    let mut principals = others.filter_map(|s| services.directory.principal(s.id));
    let head = principals.find(|p| p.has("desk.till") && p.user_id != clerk.user_id);
    let (Some(head), Some(clerk_id)) = (head, clerk.user_id) else { return Ok(()) };
    let (amount_minor, ago) = ALLOCATION;
    let allocation = MoveTillCash {
        clerk_id,
        kind: "allocation".to_owned(),
        currency: Currency::RUB,
        amount_minor,
        reference: "1".to_owned(),
    };
    let at = Step { services, clerk: &head, places, n: 0 };
    at.run("desk-till", ago, &allocation).await?;
    Ok(())
}

/// Whose hand does which visit of the morning.
struct Step<'a> {
    services: &'a Services,
    clerk: &'a Arc<Principal>,
    places: &'a Places,
    n: u64,
}

impl Step<'_> {
    async fn run<C: Command>(&self, what: &str, ago: i64, command: &C) -> Result<C::Output, Error> {
        let mut ctx: Ctx = self.services.ctx(Arc::clone(self.clerk), "demo");
        ctx.now = ctx.now.plus_minutes(-ago);
        let id = self.places.ids.command(what, self.n);
        self.services.execute(&ctx, id, command).await
    }
}
