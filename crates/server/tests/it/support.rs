//! The glue between the test bank and the program's wiring.

use jiff::tz::TimeZone;
use kernel::Currency;
use server::wiring::{self, Node, Setting};
use testkit::{Asked, Bank, Opening, Parts};

/// Opens a node with all rooms.
pub(crate) fn open(asked: Asked) -> Opening {
    Box::pin(async move {
        let setting = Setting {
            url: asked.url,
            node: "test".to_owned(),
            jurisdiction: "ru".to_owned(),
            currency: Currency::RUB,
            zone: TimeZone::get("Europe/Moscow").unwrap(),
            secure_cookies: false,
            demo: asked.demo,
            clock: asked.clock,
            entropy: asked.entropy,
            stopping: asked.stopping,
        };
        let node = Node::open(setting, wiring::modules(), wiring::pages()).await.unwrap();
        Parts {
            services: node.services,
            keepers: node.keepers,
            app: node.app,
            router: node.router,
        }
    })
}

/// Runs a test on a bank with all rooms: on SQLite always, on PostgreSQL when there is one.
pub(crate) async fn both(test: impl AsyncFn(&Bank)) {
    testkit::both(open, test).await;
}
