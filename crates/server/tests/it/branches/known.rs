//! The desk of a branch that has no copy of the director before it: what its pages show of him, before and after the centre has
//! said who he is.

use spine::replica::branch::Taken;
use testkit::Bank;

use super::rig::{Rig, at_branch, exchange};
use crate::engagement::{page, post};
use crate::known::{Director, director, serving};
use crate::support::{both, number};

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_a_copy_of_him_shows_how_he_is_to_be_served_until_he_goes() {
    both(async |centre: &Bank| {
        let Director { person, .. } = director(centre).await;
        let rig = Rig::new(centre, "01").await;
        let (bank, branch) = at_branch(&rig).await;
        let mut clerk = bank.client("clerk").await;
        let visit = serving(&bank, "clerk").await;
        let home = format!("/desk?visit={visit}");
        let part = page(&mut clerk, &format!("{home}&q=123456")).await;
        assert!(!part.contains("recognise-") && part.contains("Nobody was found"), "{part}");
        let hit = page(&mut clerk, &format!("{home}&q=4510%20123456")).await;
        assert!(hit.contains(&format!("recognise-{person}")), "{hit}");
        let form = format!("person={person}&by=phone&with=4567&q=4510 123456");
        let send = format!("/desk/visits/{visit}/recognise");
        assert_eq!(post(&bank, &mut clerk, &send, &form).await.location(), home);
        let shows = async |clerk: &mut testkit::Browser| {
            let desk = page(clerk, &home).await;
            for shown in ["Королёв Пётр Ильич", "Director", "Северный завод", "VIP service"]
            {
                assert!(desk.contains(shown), "{shown}: {desk}");
            }
        };
        shows(&mut clerk).await;
        while exchange(&branch, &rig).await == Taken::More {}
        // the centre has said who he is, and there is still no copy of him
        assert_eq!(
            number(&bank, "select count(*) from visit where client_id is not null").await,
            1
        );
        assert_eq!(number(&bank, "select count(*) from client").await, 0);
        shows(&mut clerk).await;
        let operation = page(&mut clerk, &format!("/desk/operations/new?visit={visit}")).await;
        assert!(operation.contains("Record"), "{operation}");
        let record = format!("visit={visit}&kind=document&currency=RUB&amount=&reference=1&note=");
        let recorded = post(&bank, &mut clerk, "/desk/operations/new", &record).await;
        assert_eq!(recorded.location(), home);
        let finish = format!("/desk/visits/{visit}/finish");
        post(&bank, &mut clerk, &finish, "result=resolved&note=Внёс деньги").await;
        assert!(!page(&mut clerk, &home).await.contains("Королёв"), "the visit is over");
        while exchange(&branch, &rig).await == Taken::More {}
        centre.settle().await;
        let mut far = centre.client("manager_far").await;
        let timeline = page(&mut far, &format!("/clients/{person}/timeline")).await;
        assert_eq!(timeline.matches("Внёс деньги").count(), 1, "{timeline}");
        assert_eq!(number(centre, "select count(*) from branch_refusal").await, 0);
    })
    .await;
}
