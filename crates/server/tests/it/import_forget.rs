//! Files of imports do not stay for ever: a month after an import has ended they are deleted, and what was rejected of them.

use connect::import::ForgetImports;
use testkit::Bank;

use crate::import::{counts, run, summary};
use crate::support::{both, number};

const DAY: i64 = 86_400;
const BLOBS: &str = "select count(*) from blob";
const LIST: &[u8] =
    "Фамилия;Имя;Телефон\r\nЩербаков;Артём;8 916 123-45-67\r\nИванов;Пётр;12\r\n".as_bytes();

async fn brought(bank: &Bank, browser: &mut testkit::Browser) -> String {
    let fields = [("_id", &*bank.form_id()), ("mapping", "guess"), ("title", "")];
    let reply = browser.upload("/imports/new", &fields, ("files", "list.csv", LIST)).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
    reply.location().to_owned()
}

async fn forgotten(bank: &Bank) -> u64 {
    bank.execute_system(&ForgetImports {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_after_its_end_the_files_of_an_import_are_deleted_unless_a_younger_one_has_them() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let first = brought(bank, &mut office).await;
        run(bank, &mut office, &first, false).await;
        assert_eq!(counts(&summary(bank).await).3, 1, "one is rejected");
        assert_eq!(number(bank, BLOBS).await, 2, "the file, and what was rejected");
        bank.clock.advance_seconds(20 * DAY);
        let mut office = bank.client("head_office").await;
        let second = brought(bank, &mut office).await;
        assert_eq!(forgotten(bank).await, 0, "none is old enough");
        bank.clock.advance_seconds(11 * DAY);
        let mut office = bank.client("head_office").await;
        assert_eq!((forgotten(bank).await, forgotten(bank).await), (1, 0));
        assert_eq!(number(bank, BLOBS).await, 1, "the younger one has the same file");
        let page = office.get(&first).await.ok();
        assert!(page.contains("Its files were deleted on") && !page.contains("/start\""), "{page}");
        let again = office.post(&format!("{first}/start"), &[("_id", &bank.form_id())]).await;
        assert!(again.body.contains("The files of this import were deleted"), "{}", again.gist());
        assert!(office.get(&second).await.ok().contains("Щербаков"), "it is shown what it holds");
        run(bank, &mut office, &second, false).await;
        assert_eq!(counts(&summary(bank).await), (0, 0, 1, 1));
        bank.clock.advance_seconds(31 * DAY);
        assert_eq!(forgotten(bank).await, 1);
        assert_eq!(number(bank, BLOBS).await, 0, "nothing is left of either");
    })
    .await;
}
