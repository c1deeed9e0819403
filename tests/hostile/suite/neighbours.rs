//! How much an attack slows down its neighbours, measured on request: with
//! `STORMCELL_NEIGHBOURS=1` in the environment, on a machine that does nothing else.
//!
//! A topology of its own is offered [`OFFERED`] rows a second. By turns the attack is not
//! made, and made again and again, [`TURNS`] times each. The medians of the rows a second are
//! printed as a row of a table, and must not differ by more than [`LOSS`].

use std::path::Path;
use std::time::{Duration, Instant};

use crate::beside;
use crate::guest::{SANDBOX, built};
use crate::running::{self, Running};

/// What is measured, if it is.
const VARIABLE: &str = "STORMCELL_NEIGHBOURS";

/// Rows a second that are offered to the neighbours. Their calls take half of a core, and
/// what the host does for them comes on top.
const OFFERED: u32 = 400_000;

/// How often each of both is measured.
const TURNS: usize = 3;

/// How long a turn is at least. One with the attack ends when the attack has.
const TURN: Duration = Duration::from_millis(600);

/// The share of their rows that an attack may cost its neighbours.
const LOSS: f64 = 0.1;

/// How long measuring may take besides the scene.
pub(crate) fn takes() -> Duration {
    match are_measured() {
        true => Duration::from_secs(300),
        false => Duration::ZERO,
    }
}

/// Whether that is wanted: then an attack is made many times, and not once.
pub(crate) fn are_measured() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|value| value == "1")
}

/// Measures an attack that is made by this, if that is wanted.
pub(crate) async fn measure<R, A: Future<Output = R>>(name: &str, attack: impl Fn() -> A) {
    if !are_measured() {
        return;
    }
    let text = topology();
    let job = running::job(&SANDBOX, &text, built, Path::new("")).await;
    let neighbours = Running::start(job.unwrap(), None);
    neighbours.until(beside::has_begun).await;
    // Both are warm before anything is measured.
    tokio::time::sleep(TURN).await;
    attack().await;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        // What is still to be made up for is no matter of this turn.
        tokio::time::sleep(TURN / 2).await;
        alone.push(rate(&neighbours, tokio::time::sleep(TURN)).await);
        beside.push(
            rate(&neighbours, async {
                let begun = Instant::now();
                while begun.elapsed() < TURN {
                    attack().await;
                }
            })
            .await,
        );
    }
    let report = neighbours.stop().await;
    beside::lost_nothing(&report);
    let busy = report
        .components
        .iter()
        .map(|c| c.busy_percent * f64::from(c.tasks));
    let busy: f64 = busy.sum();
    let (alone, beside) = (median(alone), median(beside));
    let loss = 1.0 - beside / alone;
    let percent = (loss * 100.0).max(0.0);
    let row = format!("| `{name}` | {alone:.0} | {beside:.0} | {percent:.1} % |");
    println!("{row}\n{name}: the neighbours were busy for {busy:.0} % of a core");
    assert!(loss < LOSS, "{row}");
}

/// Rows of the neighbours a second while this goes on.
async fn rate(neighbours: &Running, meanwhile: impl Future<Output = ()>) -> f64 {
    let acked = || beside::acked(&neighbours.report().unwrap());
    let (before, begun) = (acked(), Instant::now());
    meanwhile.await;
    (acked() - before) as f64 / begun.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Those of every scene, but as many rows as make them busy.
fn topology() -> String {
    let spout = beside::SPOUTS.replace(
        "honest_source",
        &format!("honest_source, config: {{ rate: {OFFERED} }}"),
    );
    format!(
        "name: neighbours\nspouts:\n{spout}bolts:\n{}streams:\n{}",
        beside::bolts(2),
        beside::STREAMS
    )
}
