//! The `tessera` program.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use server::cli::{Cli, run};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Pages are built from thousands of short-lived texts: the system's allocator took a quarter of their time.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is logged when nothing else is said: everything worth a look, no driver's small talk.
const LOG: &str = "info,tokio_postgres=warn,refinery_core=warn";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let (spans, exporter) = match cli.traces() {
        Ok(Some((spans, exporter))) => (Some(spans), Some(exporter)),
        Ok(None) => (None, None),
        Err(error) => {
            eprintln!("tessera: {error}");
            return ExitCode::from(2);
        }
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let lines = if wants_json() { lines.json().boxed() } else { lines.boxed() };
    let for_traces = Targets::new().with_target(spine::trace::TARGET, LevelFilter::TRACE);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter()))
        .with(spans.map(|spans| spans.with_filter(for_traces)))
        .init();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli, exporter)),
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
