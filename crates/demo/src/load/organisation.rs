//! Regions, branches, teams and staff of the demo bank.

use std::collections::BTreeMap;

use kernel::Lang;
use spine::org::{Seed, SeedAbsence, SeedBranch, SeedRegion, SeedStaff, SeedTeam, Seeded};
use spine::{Error, Services};

use super::ids::Ids;
use super::{Depth, Places};
use crate::model::{AbsenceReason, BranchNo, DemoBank, Role, Staff, demo_login};

/// The role keys and logins of the one-click sign-in, in button order.
pub fn demo_logins() -> Vec<(String, String)> {
    spine::org::ROLES
        .iter()
        .filter_map(|role| {
            let ours = Role::ALL.iter().copied().find(|r| r.key() == role.key)?;
            Some((role.key.to_owned(), demo_login(ours).to_owned()))
        })
        .collect()
}

pub(super) async fn load(
    services: &Services,
    bank: &DemoBank,
    ids: &Ids,
    password_hash: Option<String>,
) -> Result<Seeded, Error> {
    let seed = Seed {
        regions: bank
            .regions()
            .iter()
            .map(|r| SeedRegion {
                code: format!("R{}", r.number.0 + 1),
                name: r.name.ru.to_owned(),
                name_en: r.name.en.to_owned(),
            })
            .collect(),
        branches: bank
            .branches()
            .iter()
            .map(|b| SeedBranch {
                code: b.code.to_owned(),
                region: format!("R{}", b.region.0 + 1),
                name: b.name.ru.to_owned(),
                name_en: b.name.en.to_owned(),
                address: b.address.ru.to_owned(),
                zone: b.time_zone.to_owned(),
            })
            .collect(),
        teams: bank
            .teams()
            .iter()
            .map(|t| SeedTeam {
                key: t.number.0.to_string(),
                branch: branch_code(bank, t.branch),
                name: t.name.ru.to_owned(),
                name_en: t.name.en.to_owned(),
            })
            .collect(),
        staff: bank.staff().iter().map(|s| staff(bank, s, password_hash.clone())).collect(),
        absences: absences(bank),
    };
    let ctx = services.system("demo");
    services.execute(&ctx, ids.command("organisation", 0), &seed).await
}

fn branch_code(bank: &DemoBank, number: BranchNo) -> Option<String> {
    bank.branches().iter().find(|b| b.number == number).map(|b| b.code.to_owned())
}

fn staff(bank: &DemoBank, s: &Staff, password_hash: Option<String>) -> SeedStaff {
    SeedStaff {
        login: s.login.clone(),
        name: s.name.clone(),
        name_en: s.name_latin.clone(),
        branch: s.branch.and_then(|b| branch_code(bank, b)).or_else(|| region_seat(bank, s)),
        team: s.team.map(|t| t.0.to_string()),
        roles: vec![s.role.key().to_owned()],
        password_hash,
        must_change_password: false,
        lang: Lang::Ru,
    }
}

/// A regional head sits in the first branch of his region: his scope follows from it.
fn region_seat(bank: &DemoBank, s: &Staff) -> Option<String> {
    let region = s.region?;
    bank.branches().iter().find(|b| b.region == region).map(|b| b.code.to_owned())
}

fn absences(bank: &DemoBank) -> Vec<SeedAbsence> {
    let login = |no| bank.staff().iter().find(|s| s.number == no).map(|s| s.login.clone());
    bank.absences()
        .iter()
        .filter_map(|a| {
            Some(SeedAbsence {
                staff: login(a.who)?,
                deputy: login(a.deputy)?,
                from_on: a.from,
                until_on: a.until,
                reason: reason(a.reason).to_owned(),
            })
        })
        .collect()
}

const fn reason(reason: AbsenceReason) -> &'static str {
    match reason {
        AbsenceReason::Leave => "Отпуск",
        AbsenceReason::Illness => "Болезнь",
        AbsenceReason::Trip => "Командировка",
    }
}

pub(super) fn places(
    bank: &DemoBank,
    ids: Ids,
    seeded: &Seeded,
    depth: Depth,
    jurisdiction: &str,
) -> Places {
    let branches = bank
        .branches()
        .iter()
        .filter_map(|b| Some((b.number.0, *seeded.branches.get(b.code)?)))
        .collect::<BTreeMap<_, _>>();
    let staff = bank
        .staff()
        .iter()
        .filter_map(|s| Some((s.number.0, *seeded.staff.get(&s.login)?)))
        .collect::<BTreeMap<_, _>>();
    let texts = jurisdiction::Pack::load(jurisdiction).map_or(&[][..], |pack| &pack.consent_texts);
    Places { ids, branches, staff, depth, today: bank.today(), texts }
}
