//! Regions, branches and teams.

use spine::org::edit::{SaveTeam, SetBranchArchived, SetTeamArchived};
use testkit::Bank;

use crate::support::{both, codes, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_region_and_its_branch_are_opened_by_form() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let region = [("code", "south"), ("name", "Юг"), ("name_en", "South")];
        assert_eq!(
            send(bank, &mut admin, "/admin/regions/new", &region)
                .await
                .status,
            303
        );
        let directory = bank.services.directory.get();
        let id = directory
            .regions
            .values()
            .find(|r| r.code == "south")
            .unwrap()
            .id
            .to_string();
        let wrong = [
            ("region", id.as_str()),
            ("code", "01"),
            ("name", "Отделение 21"),
            ("name_en", ""),
            ("zone", "Mars/Olympus"),
            ("mode", "centralised"),
        ];
        let refused = send(bank, &mut admin, "/admin/branches/new", &wrong).await;
        assert_eq!(refused.status, 422);
        for words in [
            "in use already",
            "Fill in this field",
            "no such time zone",
            "value=\"Отделение 21\"",
        ] {
            assert!(refused.body.contains(words), "{words}: {}", refused.gist());
        }
        let right = [
            ("region", id.as_str()),
            ("code", "21"),
            ("name", "Отделение 21"),
            ("name_en", "Branch 21"),
            ("zone", "Asia/Omsk"),
            ("mode", "autonomous"),
        ];
        assert_eq!(
            send(bank, &mut admin, "/admin/branches/new", &right)
                .await
                .status,
            303
        );
        let page = admin.get("/admin/branches").await.ok();
        assert!(
            page.contains("Branch 21") && page.contains("Asia/Omsk") && page.contains("Autonomous")
        );
        let branch = bank
            .services
            .directory
            .get()
            .branches
            .values()
            .find(|b| b.code == "21")
            .unwrap()
            .id;
        let path = format!("/admin/branches/{branch}/archived");
        assert_eq!(
            send(bank, &mut admin, &path, &[("archived", "1")])
                .await
                .status,
            303
        );
        assert!(bank.services.directory.get().branches[&branch].archived);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_work_in_is_not_archived_under_them() {
    both(async |bank: &Bank| {
        let branch = SetBranchArchived {
            branch_id: bank.branch("01"),
            archived: true,
        };
        assert_eq!(
            codes(bank.execute("administrator", &branch).await),
            ["branch-has-staff"]
        );
        let team_id = *bank
            .services
            .directory
            .get()
            .teams
            .iter()
            .find(|(_, t)| t.name_en == "First")
            .unwrap()
            .0;
        let team = SetTeamArchived {
            team_id,
            archived: true,
        };
        assert_eq!(
            codes(bank.execute("administrator", &team).await),
            ["team-has-staff"]
        );
        let moved = SaveTeam {
            team_id: Some(team_id),
            branch_id: Some(bank.branch("02")),
            name: "Первая".to_owned(),
            name_en: "First".to_owned(),
        };
        assert_eq!(
            codes(bank.execute("administrator", &moved).await),
            ["team-has-staff"]
        );
        let mut admin = bank.client("administrator").await;
        let path = format!("/admin/branches/{}/archived", bank.branch("01"));
        let shown = send(bank, &mut admin, &path, &[("archived", "1")]).await;
        assert_eq!(shown.status, 422);
        assert!(
            shown.body.contains("People still work in this branch"),
            "{}",
            shown.gist()
        );
        assert!(shown.body.contains("Branch 02"), "the list is still there");
    })
    .await;
}
