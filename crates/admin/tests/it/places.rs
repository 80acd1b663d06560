//! Regions, branches and teams.

use spine::org::edit::{SaveTeam, SetBranchArchived, SetTeamArchived};
use testkit::Bank;

use crate::support::{both, codes, send};

/// The form of a branch.
fn branch<'a>(
    region: &'a str,
    code: &'a str,
    name_en: &'a str,
    zone: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("region", region),
        ("code", code),
        ("name", "Отделение 21"),
        ("name_en", name_en),
        ("zone", zone),
        ("mode", "autonomous"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_and_its_branch_are_opened_by_form() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let region = [("code", "south"), ("name", "Юг"), ("name_en", "South")];
        assert_eq!(send(bank, &mut admin, "/admin/regions/new", &region).await.status, 303);
        let directory = bank.services.directory.get();
        let id = directory.regions.values().find(|r| r.code == "south").unwrap().id.to_string();
        let wrong = branch(&id, "01", "", "Mars/Olympus");
        let refused = send(bank, &mut admin, "/admin/branches/new", &wrong).await;
        assert_eq!(refused.status, 422);
        let kept = "value=\"Отделение 21\"";
        for words in ["in use already", "Fill in this field", "no such time zone", kept] {
            assert!(refused.body.contains(words), "{words}: {}", refused.gist());
        }
        let right = branch(&id, "21", "Branch 21", "Asia/Omsk");
        assert_eq!(send(bank, &mut admin, "/admin/branches/new", &right).await.status, 303);
        let page = admin.get("/admin/branches").await.ok();
        for words in ["Branch 21", "Asia/Omsk", "Autonomous"] {
            assert!(page.contains(words), "{words}");
        }
        let opened = |bank: &Bank| {
            let directory = bank.services.directory.get();
            directory.branches.values().find(|b| b.code == "21").unwrap().clone()
        };
        let path = format!("/admin/branches/{}/archived", opened(bank).id);
        assert_eq!(send(bank, &mut admin, &path, &[("archived", "1")]).await.status, 303);
        assert!(opened(bank).archived);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_work_in_is_not_archived_under_them() {
    both(async |bank: &Bank| {
        let branch = SetBranchArchived { branch_id: bank.branch("01"), archived: true };
        assert_eq!(codes(bank.execute("administrator", &branch).await), ["branch-has-staff"]);
        let team_id = *bank
            .services
            .directory
            .get()
            .teams
            .iter()
            .find(|(_, t)| t.name_en == "First")
            .unwrap()
            .0;
        let team = SetTeamArchived { team_id, archived: true };
        assert_eq!(codes(bank.execute("administrator", &team).await), ["team-has-staff"]);
        let moved = SaveTeam {
            team_id: Some(team_id),
            branch_id: Some(bank.branch("02")),
            name: "Первая".to_owned(),
            name_en: "First".to_owned(),
            original: None,
        };
        assert_eq!(codes(bank.execute("administrator", &moved).await), ["team-has-staff"]);
        let mut admin = bank.client("administrator").await;
        let path = format!("/admin/branches/{}/archived", bank.branch("01"));
        let shown = send(bank, &mut admin, &path, &[("archived", "1")]).await;
        assert_eq!(shown.status, 422);
        assert!(shown.body.contains("People still work in this branch"), "{}", shown.gist());
        assert!(shown.body.contains("Branch 02"), "the list is still there");
    })
    .await;
}
