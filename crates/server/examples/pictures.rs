//! Pictures of the real product on the demo bank: `cargo run -p server --example pictures -- DIR [NAME]`
//! writes `NAME-LANG-THEME-WIDTH.png` for every page, in both languages and themes, at a desk and on a
//! phone. With NAME only the pages whose name begins so. It needs Chromium and chromedriver.

// A tool for those who work on the product: a broken picture must stop it at once.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]
#![allow(clippy::indexing_slicing)]

#[path = "../tests/it/browser/driver.rs"]
mod driver;
#[allow(dead_code, reason = "the browser tests use all of it")]
#[path = "../tests/it/browser/hands.rs"]
mod hands;
#[allow(dead_code, reason = "the browser tests use all of it")]
#[path = "../tests/it/browser/look.rs"]
mod look;
#[allow(dead_code, reason = "the browser tests use all of it")]
#[path = "../tests/it/browser/site.rs"]
mod site;
#[allow(dead_code, reason = "the browser tests use all of it")]
#[path = "../tests/it/browser/window.rs"]
mod window;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use driver::Driver;
use kernel::Lang;
use site::Site;
use window::{DESK, PHONE, Size, Window};

/// What of a page is on a picture at most, in CSS pixels from its top.
const HEIGHT_MAX: u32 = 2_400;

/// A page: name of the picture, role that looks at it, address.
struct Scene {
    name: &'static str,
    role: &'static str,
    path: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next().map(PathBuf::from) else {
        eprintln!("Usage: cargo run -p server --example pictures -- DIR [NAME]");
        return ExitCode::from(2);
    };
    let wanted = args.next().unwrap_or_default();
    std::fs::create_dir_all(&folder).expect("the folder");
    let Some(driver) = Driver::start() else {
        return ExitCode::from(2);
    };
    let site = Box::pin(Site::open()).await;
    let scenes = scenes(&site).await;
    for lang in Lang::ALL {
        for size in [DESK, PHONE] {
            let window = Window::open(&driver, &site, lang).await;
            let mut role = "";
            for scene in scenes.iter().filter(|s| s.name.starts_with(&wanted)) {
                if scene.role.is_empty() {
                    window.client.delete_all_cookies().await.expect("no cookies");
                } else if scene.role != role {
                    window.sign_in(scene.role).await;
                }
                role = scene.role;
                take(&window, scene, size, &folder).await;
            }
            window.close().await;
        }
    }
    ExitCode::SUCCESS
}

async fn take(window: &Window, scene: &Scene, size: Size, folder: &Path) {
    for theme in ["light", "dark"] {
        window.prefer(theme).await;
        window.goto(&scene.path).await;
        let name = format!("{}-{}-{theme}-{}.png", scene.name, window.lang.code(), size.0);
        let picture = whole_picture(window, size).await;
        std::fs::write(folder.join(&name), picture).expect(&name);
    }
}

/// A PNG of the whole page at this width, also of what stands below the fold.
async fn whole_picture(window: &Window, (width, height): Size) -> Vec<u8> {
    window.resize((width, height)).await;
    let whole = window.js("document.documentElement.scrollHeight").await.as_u64().unwrap_or(0);
    let whole = u32::try_from(whole).unwrap_or(height).clamp(height, HEIGHT_MAX);
    window.resize((width, whole)).await;
    window.client.screenshot().await.expect("a picture")
}

async fn scenes(site: &Site) -> Vec<Scene> {
    let director = client(site, "last_name = 'Ветров' and first_name = 'Михаил'").await;
    let company = client(site, "short_name = 'АО «Северный ветер»'").await;
    let group = client(site, "kind = 'group'").await;
    let nameless = client(site, "display_name = ''").await;
    let everything = client(site, "last_name = 'Щербакова'").await;
    let nothing = client(site, "last_name = 'Пустовойт'").await;
    let scene = |name, role, path: &str| Scene { name, role, path: path.to_owned() };
    vec![
        scene("my-day", "manager", "/"),
        scene("list", "manager", "/clients"),
        scene("tasks", "manager", "/tasks"),
        scene("projects", "manager", "/projects"),
        scene("card-everything", "manager", &everything),
        scene("card-nothing", "manager", &nothing),
        scene("card-nameless", "manager", &nameless),
        scene("details", "manager", &format!("{everything}/details")),
        scene("edit", "manager", &format!("{everything}/edit")),
        scene("log", "manager", &format!("{everything}/log?channel=phone")),
        scene("new", "manager", "/clients/new?kind=person"),
        scene("search", "manager", "/search?q=ветер"),
        scene("card-director", "head_office", &director),
        scene("card-company", "head_office", &company),
        scene("card-group", "head_office", &group),
        scene("links", "head_office", &format!("{company}/links")),
        scene("imports", "administrator", "/imports"),
        scene("import", "administrator", "/imports/new"),
        scene("staff", "administrator", "/admin/staff"),
        scene("roles", "administrator", "/admin/roles"),
        scene("branches", "administrator", "/admin/branches"),
        scene("journal", "administrator", "/admin/journal"),
        scene("jobs", "administrator", "/admin/jobs"),
        scene("sign-in", "", "/sign-in"),
    ]
}

/// The address of the first client of whom this is true.
async fn client(site: &Site, what: &str) -> String {
    format!("/clients/{}", site.client(&format!("{what} and number <> $1"), "").await)
}
