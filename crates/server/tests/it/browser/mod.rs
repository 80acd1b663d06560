//! Tests in a real browser: what people do, in Russian and in English, on a small demo bank.
//!
//! Every test has a bank, a chromedriver and browsers of its own. Markup is found by roles, names and
//! classes; words are compared with the texts of the program itself. Whatever the browser complains of
//! (scripts, content security policy, missing files) fails the test.

mod access;
mod again;
mod axe;
mod card;
mod conflict;
mod cut;
mod driver;
mod duplicates;
mod fields;
mod guide;
mod hands;
mod import;
mod keys;
mod line;
mod live;
mod look;
mod my_day;
pub(crate) mod nodes;
mod passkey;
mod phone;
mod places;
mod search;
mod second_factor;
mod sign_in;
pub(crate) mod site;
mod window;

use kernel::Lang;

use driver::Driver;
use site::Site;
use window::Window;

/// Runs a test on one bank in each language, each time in a new browser.
async fn in_both_languages(test: impl AsyncFn(&Site, &Driver, &Window)) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let site = Box::pin(Site::open()).await;
    on(&site, &driver, test).await;
}

/// Runs a long test on a bank in one language.
async fn in_language(lang: Lang, test: impl AsyncFn(&Site, &Window)) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let site = Box::pin(Site::open()).await;
    let window = Window::open(&driver, &site, lang).await;
    Box::pin(test(&site, &window)).await;
    window.must_be_calm().await;
    window.close().await;
}

async fn on(site: &Site, driver: &Driver, test: impl AsyncFn(&Site, &Driver, &Window)) {
    for lang in Lang::ALL {
        println!("-- in {lang:?}");
        let window = Window::open(driver, site, lang).await;
        Box::pin(test(site, driver, &window)).await;
        window.must_be_calm().await;
        window.close().await;
    }
}
