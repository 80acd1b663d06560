//! Whose recorded steps are, and what programs read of them.

use std::collections::BTreeMap;

use engagement::desk::commands::{RecordOperation, RejectVisitor};
use kernel::{ClientId, Currency};
use parties::merge::commands::{MergeClients, UnmergeClients};
use serde_json::json;
use store::{Read, params};
use testkit::Bank;

use super::{ROWS, STEPS, end, knowing, left, script, themes, tick, visit};
use crate::api::{get, program, program_as};
use crate::engagement::{client, page};
use crate::privacy::{erase, erase_by_two};
use crate::support::{both, number};

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_whose_the_visit_is_and_go_with_him() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        script(bank, None, &STEPS).await;
        let anna = client(bank, "manager", "Ветрова").await;
        let other = client(bank, "manager", "Ветрова-Новая").await;
        let served = visit(bank, "manager", theme, true).await;
        let of = async |client: ClientId| {
            let mut db = bank.services.reader.clone();
            let sql = "select count(*) from visit_step where client_id = $1";
            let row = db.first(sql, params![client]).await.unwrap();
            row.unwrap().one::<i64>().unwrap()
        };
        bank.execute("manager", &tick(served, 1, "Identify the client")).await.unwrap();
        bank.execute("manager", &knowing(served, anna)).await.unwrap();
        assert_eq!(of(anna).await, 1);
        let (client_id, reason) = (anna, "не она".to_owned());
        let reject = RejectVisitor { visit_id: served, client_id, reason };
        bank.execute("manager", &reject).await.unwrap();
        assert_eq!((of(anna).await, number(bank, ROWS).await), (0, 1));
        bank.execute("manager", &knowing(served, anna)).await.unwrap();
        // he is merged while he sits there, and parted again
        let (picks, reason) = (BTreeMap::new(), "один человек".to_owned());
        let merge = MergeClients { survivor_id: other, loser_id: anna, picks, reason };
        let merge_id = bank.execute("branch_head", &merge).await.unwrap();
        bank.execute("manager", &tick(served, 2, "Block the card")).await.unwrap();
        assert_eq!((of(anna).await, of(other).await), (0, 2));
        let unmerge = UnmergeClients { merge_id, reason: "два человека".to_owned() };
        bank.execute("branch_head", &unmerge).await.unwrap();
        assert_eq!((of(anna).await, of(other).await), (2, 0));
        let cash = RecordOperation {
            visit_id: Some(served),
            client_id: None,
            kind: "cash_in".to_owned(),
            currency: Currency::RUB,
            amount_minor: 100,
            reference: String::new(),
            note: String::new(),
        };
        bank.execute("manager", &cash).await.unwrap();
        let left_out = vec![left(3, "Offer a new card")];
        bank.execute("manager", &end(served, left_out, "просит позже")).await.unwrap();
        assert_eq!(of(anna).await, 3);
        erase_by_two(bank, &erase(anna)).await;
        for table in ["visit_step", "visit", "desk_operation"] {
            assert_eq!(number(bank, &format!("select count(*) from {table}")).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_reads_by_what_steps_a_visitor_is_served() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        script(bank, None, &STEPS).await;
        let served = visit(bank, "clerk", theme, true).await;
        bank.execute("clerk", &tick(served, 2, "Заблокировать карту")).await.unwrap();
        let path = format!("/visits/{served}/steps");
        let mut partner = program_as(bank, "partner").await;
        assert_eq!(get(&mut partner, &path).await.0, 403);
        let mut all = program(bank).await;
        let (_, page, _) = get(&mut all, &path).await;
        let outcomes = |page: &serde_json::Value| -> Vec<serde_json::Value> {
            let items = page["items"].as_array().unwrap();
            items.iter().map(|one| json!([one["place"], one["outcome"], one["step"]])).collect()
        };
        assert_eq!(outcomes(&page).len(), 3, "{page}");
        assert_eq!(outcomes(&page)[1], json!([2, "done", "Заблокировать карту"]));
        assert_eq!(outcomes(&page)[2][1], "open");
        let left_out = vec![left(1, "Identify the client"), left(3, "Offer a new card")];
        bank.execute("clerk", &end(served, left_out, "спешит")).await.unwrap();
        let (_, page, _) = get(&mut all, &path).await;
        assert_eq!(outcomes(&page)[2], json!([3, "left_out", "Offer a new card"]));
        assert_eq!(page["items"][2]["reason"], "спешит");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_tells_when_it_does_not_show_every_step() {
    both(async |bank: &Bank| {
        let theme = themes(bank).await;
        let words: Vec<String> = (1..=26).map(|n| format!("Step {n}.")).collect();
        let steps: Vec<(&str, &str)> = words.iter().map(|w| (w.as_str(), w.as_str())).collect();
        script(bank, None, &steps).await;
        let mut browser = bank.client("branch_head").await;
        for (lines, is_cut) in [(26, false), (50, true)] {
            let served = visit(bank, "clerk", theme, true).await;
            let left_out = (1..).zip(&words).map(|(place, step)| left(place, step)).collect();
            bank.execute("clerk", &end(served, left_out, "пожар")).await.unwrap();
            let day = page(&mut browser, "/desk/day").await;
            assert_eq!(day.matches("пожар").count(), lines);
            assert_eq!(day.contains("The latest 50 are shown."), is_cut);
            assert_eq!(day.contains("The whole day on one sheet"), is_cut);
            assert!(day.contains("id=\"desk-day\" data-live=\"kind:desk_operation"));
        }
        let sheet = page(&mut browser, "/desk/day?sheet=on").await;
        assert_eq!(sheet.matches("пожар").count(), 52);
        assert!(sheet.contains("id=\"desk-day\"") && !sheet.contains("kind:desk_operation"));
    })
    .await;
}
