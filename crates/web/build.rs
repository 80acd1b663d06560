//! Brings the browser libraries from `node_modules` into the build: copies the few files the product
//! serves, with their licences, and turns the Lucide icons named in `icons.txt` into a Rust table.
//! When `node_modules` is missing or holds other versions, `npm ci` is run in the workspace root.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Package, the files of it that are served, and the names they are served under.
const SERVED: [(&str, &[(&str, &str)]); 2] = [
    ("htmx.org", &[("dist/htmx.min.js", "htmx.js"), ("LICENSE", "htmx.LICENSE.txt")]),
    ("lucide-static", &[("LICENSE", "lucide.LICENSE.txt")]),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let root = here.join("../..");
    let modules = root.join("node_modules");
    for watched in ["package.json", "package-lock.json"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    println!("cargo::rerun-if-changed={}", here.join("icons.txt").display());
    for (package, _) in SERVED {
        println!(
            "cargo::rerun-if-changed={}",
            modules.join(package).join("package.json").display()
        );
    }
    if !SERVED.iter().all(|(package, _)| is_installed(&root, &modules, package)) {
        install(&root)?;
    }
    write_vendor(&modules, &out)?;
    write_icons(&here.join("icons.txt"), &modules, &out)?;
    Ok(())
}

fn variable(name: &str) -> Result<OsString, Box<dyn Error>> {
    std::env::var_os(name).ok_or_else(|| format!("cargo did not set {name}").into())
}

/// True when the installed version is the one pinned in the workspace's `package.json`.
fn is_installed(root: &Path, modules: &Path, package: &str) -> bool {
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    let pinned = quoted_after(&read(root.join("package.json")), &format!("\"{package}\":"));
    let found = quoted_after(&read(modules.join(package).join("package.json")), "\"version\":");
    pinned.is_some() && pinned == found
}

fn quoted_after(text: &str, key: &str) -> Option<String> {
    let (_, rest) = text.split_once(key)?;
    rest.split('"').nth(1).map(str::to_owned)
}

fn install(root: &Path) -> Result<(), Box<dyn Error>> {
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(root)
        .status()
        .map_err(|error| {
            format!(
                "the browser libraries are not installed and npm could not be started ({error}); \
                 install Node.js 20 or newer with npm, or run `npm ci` in the workspace root"
            )
        })?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`npm ci` in the workspace root failed with {status}; run it by hand").into())
    }
}

fn write_vendor(modules: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let folder = out.join("vendor");
    fs::create_dir_all(&folder)?;
    let mut table = String::from("static VENDOR: &[(&str, &[u8])] = &[\n");
    for (package, files) in SERVED {
        for (from, name) in files {
            let source = modules.join(package).join(from);
            let mut bytes = fs::read(&source)
                .map_err(|error| format!("cannot read {}: {error}", source.display()))?;
            if name.ends_with(".js") {
                bytes = without_source_map(bytes);
            }
            let target = folder.join(name);
            fs::write(&target, bytes)?;
            writeln!(table, "    ({name:?}, include_bytes!({:?})),", target.display().to_string())?;
        }
    }
    table.push_str("];\n");
    fs::write(out.join("vendor.rs"), table)?;
    Ok(())
}

/// The map is not served, so the browser must not be told to look for it.
fn without_source_map(bytes: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let lines: Vec<&str> =
                text.lines().filter(|line| !line.starts_with("//# sourceMappingURL")).collect();
            lines.join("\n").into_bytes()
        }
        Err(error) => error.into_bytes(),
    }
}

fn write_icons(list: &Path, modules: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(list)?;
    let mut names: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let mut table = String::from("static ICONS: &[(&str, &str)] = &[\n");
    for name in names {
        let path = modules.join("lucide-static/icons").join(format!("{name}.svg"));
        let svg = fs::read_to_string(&path).map_err(|error| {
            format!("icons.txt names {name:?}, but {}: {error}", path.display())
        })?;
        let shapes = inner_of_svg(&svg).ok_or_else(|| format!("{name}.svg has no <svg>"))?;
        writeln!(table, "    ({name:?}, {shapes:?}),")?;
    }
    table.push_str("];\n");
    fs::write(out.join("icons.rs"), table)?;
    Ok(())
}

/// The shapes between `<svg …>` and `</svg>`, on one line.
fn inner_of_svg(svg: &str) -> Option<String> {
    let (_, from_tag) = svg.split_once("<svg")?;
    let (_, inside) = from_tag.split_once('>')?;
    let (shapes, _) = inside.split_once("</svg>")?;
    Some(shapes.lines().map(str::trim).collect::<Vec<_>>().join("").replace(" />", "/>"))
}
