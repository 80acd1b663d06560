//! The program that enrols is killed, again and again, over a slow line: it goes on from where it was, under its one code.

use std::time::Duration;

use testkit::kinds;

use crate::desk::Desk;
use crate::doing::{Dice, Somebody};
use crate::programs::{Centre, Wire, run, run_until};
use crate::world::Tables;

/// Clients at the branch: so many that the copy takes several answers.
const CLIENTS: usize = 400;
/// Each piece of the line's takes so long.
const SLOW: Duration = Duration::from_millis(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_killed_while_it_enrols_goes_on() {
    for kind in kinds() {
        let folder = tempfile::tempdir().unwrap();
        let centre = Centre::start(kind, folder.path()).await;
        let hub = centre.desk.hub().await;
        let dice = Dice::new(17);
        for n in 0..CLIENTS {
            let (bank, login) = (&centre.desk, "head_office");
            Somebody { bank, login, branch: "01", dice: &dice }.register(n).await;
        }
        let wire = Wire::to(centre.address_kept()).await;
        wire.slow(SLOW);
        let shown = centre.invite(&hub, ("01", "killed")).await;
        let data = folder.path().join("killed").display().to_string();
        let url = wire.url();
        let enrol = ["branch", "enrol", "--centre", &url, "--code", &shown, "--data", &data];
        // each time it is killed one piece later
        let mut killed = 0;
        let (is_well, said) = loop {
            let before = wire.pieces();
            match run_until(&enrol, || wire.pieces() > before + killed).await {
                Some(ended) => break ended,
                None => killed += 1,
            }
        };
        println!("-- {kind:?}: killed {killed} times");
        assert!(is_well && said.contains("the copy is whole"), "{said}");
        assert!(killed > 2, "it was not killed on its way: {killed}");
        let (is_well, said) = run(&["branch", "status", "--data", &data]);
        assert!(is_well, "{said}");
        let nodes = "select count(*) from branch_node";
        let active = "select count(*) from branch_node where state = 'active'";
        assert_eq!((centre.desk.number(nodes).await, centre.desk.number(active).await), (1, 1));
        same(&centre, &data).await;
    }
}

/// The branch has what its centre would give it.
async fn same(centre: &Centre, data: &str) {
    let desk = Desk::at(data).await;
    Tables::of(&centre.desk).await.check_equal(&centre.desk, (&desk, "01")).await;
}
