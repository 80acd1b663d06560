//! How much the rooms' queries and the command bus cost beside the same work written by hand over the bare
//! driver: `cargo bench -p testkit --bench ratio -- URL [ROUNDS]`, over a bank made by `tessera generate`.
//!
//! It prints medians and their ratio and judges nothing: a number on a busy machine is no test.

mod bare;
mod ours;

use std::error::Error;
use std::time::Instant;

use bare::Bare;
use kernel::ClientId;
use ours::Ours;

/// Rounds when nothing is said.
const ROUNDS: usize = 300;
/// Rounds before anything is measured: statements get prepared, pages come into memory.
const WARM_UP: usize = 20;
/// Clients that take turns; an odd number, so that each is met from both sides.
const CLIENTS: usize = 201;

type Failed = Box<dyn Error>;

/// What is timed.
#[derive(Clone, Copy)]
enum Work {
    List,
    Card,
    Search,
    Command,
}

impl Work {
    const ALL: [(Work, &'static str); 4] = [
        (Work::List, "list page, 50 rows"),
        (Work::Card, "card, 8 queries"),
        (Work::Search, "search by a beginning"),
        (Work::Command, "command: log a call"),
    ];
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).filter(|w| w != "--bench").collect();
    let Some(url) = words.first() else {
        println!("usage: cargo bench -p testkit --bench ratio -- URL [ROUNDS]");
        return Ok(());
    };
    let rounds = words.get(1).map_or(Ok(ROUNDS), |w| w.parse())?;
    let ours = Ours::open(url).await?;
    let mut bare = Bare::open(url).await?;
    let clients = ours.some_clients(CLIENTS).await?;
    println!("{:<24} {:>10} {:>10} {:>7}", "median µs", "bare", "ours", "ratio");
    for (work, name) in Work::ALL {
        let mut times = (Vec::new(), Vec::new());
        // turn about, so that both meet the same machine, and neither always the warm caches
        for (round, client) in clients.iter().cycle().take(rounds + WARM_UP).enumerate() {
            let mut rows = (0, 0);
            for turn in 0..2 {
                let begin = Instant::now();
                let (found, of) = if (round + turn) % 2 == 0 {
                    rows.0 = bare_round(&mut bare, work, *client).await?;
                    (begin.elapsed(), &mut times.0)
                } else {
                    rows.1 = ours_round(&ours, work, *client).await?;
                    (begin.elapsed(), &mut times.1)
                };
                if round >= WARM_UP {
                    of.push(found.as_micros());
                }
            }
            if rows.0 != rows.1 {
                return Err(format!("{name}: {} rows by hand, {} by us", rows.0, rows.1).into());
            }
        }
        let (hand, us) = (median(times.0), median(times.1));
        let percent = us * 100 / hand.max(1);
        println!("{name:<24} {hand:>10} {us:>10} {:>4}.{:02}", percent / 100, percent % 100);
    }
    Ok(())
}

async fn bare_round(bare: &mut Bare, work: Work, client: ClientId) -> Result<usize, Failed> {
    match work {
        Work::List => bare.list().await,
        Work::Card => bare.card(client).await,
        Work::Search => bare.search().await,
        Work::Command => bare.command(client).await,
    }
}

async fn ours_round(ours: &Ours, work: Work, client: ClientId) -> Result<usize, Failed> {
    match work {
        Work::List => ours.list().await,
        Work::Card => ours.card(client).await,
        Work::Search => ours.search().await,
        Work::Command => ours.command(client).await,
    }
}

fn median(mut times: Vec<u128>) -> u128 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or(0)
}
