use crate::support::*;
use axum::{
    extract::Request,
    middleware::{Next, from_fn},
};
use kernel::Date;
use spine::org::edit::PlanAbsence;

#[tokio::test(flavor = "multi_thread")]
async fn serve_tmp() {
    if std::env::var("SERVE_TMP").is_err() {
        return;
    }
    let bank = testkit::Bank::open(testkit::Kind::Sqlite, open).await;
    bank.execute("clerk", &AskInVain {}).await.unwrap();
    bank.execute(
        "administrator",
        &PlanAbsence {
            staff_id: bank.user("manager"),
            deputy_id: bank.user("manager_same"),
            from_on: Date::constant(2026, 11, 20),
            until_on: Date::constant(2026, 11, 28),
            reason: "Отпуск".into(),
        },
    )
    .await
    .unwrap();
    for n in 0..3 {
        bank.execute(
            "manager",
            &AddClient {
                branch_id: bank.branch("01"),
                name: format!("Client-{n}"),
            },
        )
        .await
        .unwrap();
    }
    bank.settle().await;
    let mut a = bank.client("administrator").await;
    send(&bank, &mut a, "/admin/journal/verify", &[]).await;
    bank.settle().await;
    let lang = std::env::var("TMP_LANG").unwrap_or("ru".into());
    a.post("/me/preferences", &[("lang", &lang)]).await;
    let sid = format!("sid={}", a.cookie("sid").unwrap());
    println!("MANAGER {}", bank.user("manager"));
    println!("ROLE {}", role(&bank, "manager"));
    std::fs::write(
        "/tmp/ids.txt",
        format!(
            "{} {} {}",
            bank.user("manager"),
            role(&bank, "manager"),
            bank.branch("01")
        ),
    )
    .unwrap();
    let app = bank
        .router
        .clone()
        .layer(from_fn(move |mut r: Request, n: Next| {
            let sid = sid.clone();
            async move {
                r.headers_mut().insert("cookie", sid.parse().unwrap());
                n.run(r).await
            }
        }));
    let l = tokio::net::TcpListener::bind("127.0.0.1:4567")
        .await
        .unwrap();
    tokio::select! { _ = async { axum::serve(l, app).await } => {}, () = tokio::time::sleep(std::time::Duration::from_secs(100)) => {} }
}
