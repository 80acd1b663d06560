//! The `tessera` program.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use server::cli::{Cli, run};
use tracing_subscriber::EnvFilter;

/// Pages are built from thousands of short-lived texts: the system's allocator took a quarter of their time.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is logged when nothing else is said: everything worth a look, no driver's small talk.
const LOG: &str = "info,tokio_postgres=warn,refinery_core=warn";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter())
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if wants_json() {
        logs.json().init()
    } else {
        logs.init()
    }
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => {
            eprintln!("tessera: no runtime: {error}");
            ExitCode::from(2)
        }
    }
}

/// `TESSERA_LOG_FORMAT=json`: one object a line, for those who gather logs.
#[allow(clippy::disallowed_methods)] // the edge: configuration is read here
fn wants_json() -> bool {
    std::env::var("TESSERA_LOG_FORMAT").is_ok_and(|format| format == "json")
}

/// `TESSERA_LOG` or `RUST_LOG`, in the form `level,crate=level`.
#[allow(clippy::disallowed_methods)] // the edge: configuration is read here
fn filter() -> EnvFilter {
    let said = std::env::var("TESSERA_LOG").or_else(|_| std::env::var("RUST_LOG"));
    let said = said.ok().and_then(|text| text.parse().ok());
    said.unwrap_or_else(|| EnvFilter::new(LOG))
}
