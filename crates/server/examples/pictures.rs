//! Pictures of the real product on the demo bank:
//! `cargo run -p server --example pictures -- DIR [NAME] [KIND] [CLIENTS]` writes `NAME-LANG-THEME-WIDTH.png` for
//! every page and what opens over it, in both languages and themes, at a desk and on a phone. With NAME
//! only those whose name begins so (`=NAME`: is so; several with commas), with KIND only pictures whose
//! `LANG-THEME-WIDTH` holds it (`ru-light-1440`, `390`). A larger bank than that of the tests has CLIENTS. It needs Chromium and chromedriver.

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
#[path = "../tests/it/browser/nodes.rs"]
mod nodes;
#[allow(dead_code, reason = "the browser tests use all of it")]
#[path = "../tests/it/browser/places.rs"]
mod places;
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

/// What a picture shows: a page, and what is done there before: clicks and keys.
struct Scene {
    name: String,
    role: &'static str,
    path: String,
    /// A script that opens something, and what is seen then.
    opens: Option<(&'static str, &'static str)>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(folder) = args.next().map(PathBuf::from) else {
        eprintln!("Usage: cargo run -p server --example pictures -- DIR [NAME] [KIND] [CLIENTS]");
        return ExitCode::from(2);
    };
    let wanted = args.next().unwrap_or_default();
    let kind = args.next().unwrap_or_default();
    let clients = args.next().map_or(site::CLIENTS, |n| n.parse().expect("a number of clients"));
    let is_wanted = |name: &str| {
        wanted.split(',').any(|one| match one.strip_prefix('=') {
            Some(whole) => name == whole,
            None => name.starts_with(one),
        })
    };
    std::fs::create_dir_all(&folder).expect("the folder");
    let Some(driver) = Driver::start() else {
        return ExitCode::from(2);
    };
    let site = Box::pin(Site::open_with(testkit::Kind::Sqlite, clients)).await;
    let window = Window::open(&driver, &site, Lang::Ru).await;
    let mut scenes = Box::pin(scenes(&site, &window)).await;
    window.close().await;
    scenes.retain(|scene| is_wanted(&scene.name));
    pictures(&driver, &site, (&folder, &kind), &scenes).await;
    let mut scenes: Vec<Scene> = AT_BRANCH
        .iter()
        .map(|(name, role, path, opens)| {
            let (name, path) = ((*name).to_owned(), (*path).to_owned());
            Scene { name, role, path, opens: *opens }
        })
        .collect();
    scenes.retain(|scene| is_wanted(&scene.name));
    if !scenes.is_empty() {
        let branch = Box::pin(nodes::branch_of(&site)).await;
        pictures(&driver, &branch, (&folder, &kind), &scenes).await;
    }
    ExitCode::SUCCESS
}

/// Pages of a branch.
const AT_BRANCH: [AtBranch; 7] = [
    ("branch-pending", "manager", "/pending", None),
    (
        "branch-done",
        "manager",
        "/pending",
        Some(("document.querySelector('#pending tbody a').click()", "main .kv")),
    ),
    ("branch-day", "manager", "/pending/day", None),
    ("paper-branch-day", "manager", "/pending/day", None),
    ("branch-refusals", "manager", "/refusals", None),
    ("branch-my-day", "manager", "/", None),
    ("branch-desk", "manager", "/desk", None),
];

/// Name, role, path, and what is opened there.
type AtBranch = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>);

/// Every scene in every language, size and theme that is wanted.
async fn pictures(driver: &Driver, site: &Site, (folder, kind): (&Path, &str), scenes: &[Scene]) {
    for lang in Lang::ALL {
        for size in [DESK, PHONE] {
            let kinds = ["light", "dark"]
                .map(|theme| (theme, format!("{}-{theme}-{}", lang.code(), size.0)));
            let kinds: Vec<_> = kinds.into_iter().filter(|(_, own)| own.contains(kind)).collect();
            if kinds.is_empty() {
                continue;
            }
            let window = Window::open(driver, site, lang).await;
            let mut role = "";
            for scene in scenes {
                // also takes it off the paper, where nothing can be pressed
                window.prefer("light").await;
                if scene.role.is_empty() {
                    window.client.delete_all_cookies().await.expect("no cookies");
                } else if scene.role != role {
                    window.sign_in(scene.role).await;
                }
                role = scene.role;
                for (theme, own) in &kinds {
                    window.prefer(theme).await;
                    take(&window, scene, size, &folder.join(format!("{}-{own}.png", scene.name)))
                        .await;
                }
            }
            window.close().await;
        }
    }
}

async fn take(window: &Window, scene: &Scene, size: Size, file: &Path) {
    window.goto(&scene.path).await;
    if scene.name.starts_with("paper-") {
        window.put_on_paper().await;
    }
    let picture = match scene.opens {
        None => whole_picture(window, size).await,
        Some((script, shown)) => {
            window.resize(size).await;
            window.js(script).await;
            window.until_seen(shown).await;
            window.client.screenshot().await.expect("a picture")
        }
    };
    std::fs::write(file, picture).expect("the picture's file");
}

/// A PNG of the whole page at this width, also of what stands below the fold.
async fn whole_picture(window: &Window, (width, height): Size) -> Vec<u8> {
    window.resize((width, height)).await;
    let whole = window.js("document.documentElement.scrollHeight").await.as_u64().unwrap_or(0);
    let whole = u32::try_from(whole).unwrap_or(height).clamp(height, HEIGHT_MAX);
    window.resize((width, whole)).await;
    window.client.screenshot().await.expect("a picture")
}

async fn scenes(site: &Site, window: &Window) -> Vec<Scene> {
    let all = places::places(site, window).await;
    let paper = ["card", "card-company", "timeline", "my-day", "list"].map(|name| {
        let place = all.iter().find(|place| place.name == name).expect(name);
        let (role, path) = (place.role, place.path.clone());
        Scene { name: format!("paper-{name}"), role, path, opens: None }
    });
    let opened = OPENED.iter().map(|(name, of, script, shown)| {
        let place = all.iter().find(|place| place.name == *of).expect(of);
        let (role, path) = (place.role, place.path.clone());
        Scene { name: (*name).to_owned(), role, path, opens: Some((script, shown)) }
    });
    let opened: Vec<Scene> = opened.collect();
    let pages =
        all.into_iter().map(|p| Scene { name: p.name, role: p.role, path: p.path, opens: None });
    let mut scenes: Vec<Scene> = pages.chain(opened).chain(paper).collect();
    scenes.push(Scene {
        name: "sign-in".to_owned(),
        role: "",
        path: "/sign-in".to_owned(),
        opens: None,
    });
    scenes
}

/// Looks for somebody whose name is spelt wrongly.
const FIND: &str = "(document.querySelector('[data-palette-open]').click(), \
    document.getElementById('palette-input').value = 'Иваноф Елена', \
    document.getElementById('palette-input').dispatchEvent(new Event('input', { bubbles: true })))";

/// What opens over a page, or comes of sending it: a name, the page, a script, and what it brings.
const OPENED: [(&str, &str, &str, &str); 17] = [
    (
        "open-new-twin",
        "new",
        "[['last_name', 'Семенова'], ['first_name', 'Наталья'], ['patronymic', 'Викторовна'], \
         ['birth_date', '14.03.1979']].forEach(([name, value]) => { \
         const field = document.querySelector(`main [name=${name}]`); field.value = value; \
         field.dispatchEvent(new Event('input', { bubbles: true })); })",
        "#client-twins .summary",
    ),
    (
        "open-palette",
        "my-day",
        "document.querySelector('[data-palette-open]').click()",
        "#palette[open] .palette-item",
    ),
    ("open-keys", "my-day", "document.getElementById('keys').showModal()", "#keys[open]"),
    (
        "open-create",
        "my-day",
        "document.querySelector('[popovertarget=menu-create]').click()",
        "#menu-create",
    ),
    (
        "open-person",
        "my-day",
        "document.querySelector('[popovertarget=menu-person]').click()",
        "#menu-person",
    ),
    (
        "open-task",
        "tasks",
        "document.querySelector('.row-actions a[data-dialog-src*=\"/done\"]').click()",
        "#dialog[open] form",
    ),
    (
        "open-postpone",
        "tasks",
        "document.querySelector('.row-actions a[data-dialog-src*=\"/postpone\"]').click()",
        "#dialog[open] form",
    ),
    (
        "open-filter",
        "list",
        "document.querySelector('.filter [popovertarget]').click()",
        ".filter-form",
    ),
    (
        "import-done",
        "import-run",
        "document.querySelector('form.inline-actions button.primary').click()",
        "#import-summary tbody",
    ),
    ("open-found", "list-all", FIND, "#palette-list a[data-icon][href^='/clients/']"),
    (
        "open-columns",
        "list",
        "document.querySelector('[popovertarget]:has(+ .menu.chooser)').click()",
        ".chooser form",
    ),
    (
        "open-selection",
        "list",
        "document.querySelector('tbody .check input').click()",
        "[data-selection]",
    ),
    (
        "open-log",
        "card",
        "document.querySelector('a[data-dialog-src*=\"/log\"]').click()",
        "#dialog[open] form",
    ),
    ("open-edit", "details", "document.querySelector('a.kv-edit').click()", "#dialog[open] form"),
    (
        "wrong-new",
        "new",
        "document.querySelector('form[data-save]').requestSubmit()",
        "[aria-invalid=true], .summary.danger",
    ),
    (
        "wrong-staff",
        "staff-new",
        "document.querySelector('form[data-save]').requestSubmit()",
        "[aria-invalid=true], .summary.danger",
    ),
    (
        "wrong-task",
        "task-new",
        "document.querySelector('form[data-save]').requestSubmit()",
        "[aria-invalid=true], .summary.danger",
    ),
];
