//! The people of the test bank: one of every role, and namesakes in other branches.

use kernel::Lang;
use spine::org::{ROLES, Seed, SeedBranch, SeedRegion, SeedStaff, SeedTeam};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// argon2id of [`PASSWORD`], made beforehand: hashing is slow by design.
const PASSWORD_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$hgwuVmnerznevkYb7ohC8g$\
     nb6q7FL963QUiZOlual7nSLe7QxLszN9jx1qgmMk4HE";

/// Two regions with three branches (`01`, `02` in the west, `03` in the east). Everybody's login is his
/// role's key; `manager_team` sits in the manager's team, `manager_same` in his branch, `manager_near` and
/// `branch_head_near` in branch `02` of his region, `manager_far` in branch `03` of another region.
#[must_use]
pub fn organisation() -> Seed {
    let mut staff: Vec<SeedStaff> = ROLES.iter().map(|role| member(role.key, role.key)).collect();
    let others = [
        ("manager_team", "manager", "01", Some("first")),
        ("manager_same", "manager", "01", Some("second")),
        ("manager_near", "manager", "02", None),
        ("branch_head_near", "branch_head", "02", None),
        ("manager_far", "manager", "03", None),
    ];
    staff.extend(others.into_iter().map(|(login, role, branch, team)| SeedStaff {
        branch: Some(branch.to_owned()),
        team: team.map(str::to_owned),
        ..member(login, role)
    }));
    Seed {
        regions: vec![region("west", "Запад", "West"), region("east", "Восток", "East")],
        branches: vec![
            branch("01", "west", "Отделение 01", "Branch 01"),
            branch("02", "west", "Отделение 02", "Branch 02"),
            branch("03", "east", "Отделение 03", "Branch 03"),
        ],
        teams: vec![team("first", "Первая", "First"), team("second", "Вторая", "Second")],
        staff,
        absences: Vec::new(),
    }
}

fn member(login: &str, role: &str) -> SeedStaff {
    let in_branch = ["manager", "clerk", "branch_head", "regional_head", "partner"].contains(&role);
    SeedStaff {
        login: login.to_owned(),
        name: format!("Сотрудник {login}"),
        name_en: format!("Member {login}"),
        branch: in_branch.then(|| "01".to_owned()),
        team: (login == "manager").then(|| "first".to_owned()),
        roles: vec![role.to_owned()],
        password_hash: Some(PASSWORD_HASH.to_owned()),
        lang: Lang::En,
        must_change_password: false,
    }
}

fn region(code: &str, name: &str, name_en: &str) -> SeedRegion {
    SeedRegion { code: code.to_owned(), name: name.to_owned(), name_en: name_en.to_owned() }
}

fn branch(code: &str, region: &str, name: &str, name_en: &str) -> SeedBranch {
    SeedBranch {
        code: code.to_owned(),
        region: region.to_owned(),
        name: name.to_owned(),
        name_en: name_en.to_owned(),
        address: String::new(),
        zone: "Europe/Moscow".to_owned(),
    }
}

fn team(key: &str, name: &str, name_en: &str) -> SeedTeam {
    SeedTeam {
        key: key.to_owned(),
        branch: Some("01".to_owned()),
        name: name.to_owned(),
        name_en: name_en.to_owned(),
    }
}
