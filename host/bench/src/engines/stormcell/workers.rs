//! Shapes over several worker processes: `stormcell serve` and `submit`.

use std::time::Duration;

use super::components::Components;
use super::server::Server;
use super::throughput;
use super::topologies;
use crate::{BenchError, Sample, Shape, Surroundings};

/// How long a run may take.
const LIMIT: Duration = Duration::from_secs(180);

/// The name of the topology.
const TOPOLOGY: &str = "bench";

/// One run of a shape over so many workers.
///
/// The end of a run is known to half a second only, since it comes with heartbeats. CPU
/// time is that of the supervisor and its workers, start of the workers included; memory
/// is that of all.
///
/// # Errors
/// [`BenchError`] if it fails, or if a row was lost, failed or replayed.
pub(super) fn run(
    shape: Shape,
    workers: u8,
    components: &Components,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let flow = topologies::of(shape, components, surroundings)?;
    let file = throughput::write(shape, &flow.file, surroundings)?;
    let server = Server::start(surroundings)?;
    let before = server.usage();
    let submit = server
        .command()
        .limit(LIMIT)
        .arg("submit")
        .arg(&file)
        .args(["--name", TOPOLOGY, "--wait", "--workers"])
        .arg(workers.to_string());
    let ended = server.ask(submit)?;
    let rate = throughput::check(shape, &flow, &ended["report"])?;
    server.ask(server.command().args(["kill", TOPOLOGY, "--yes"]))?;
    let cpu = server.usage().cpu.saturating_sub(before.cpu);
    let peak = server.stop()?.usage.peak_memory;
    Ok(throughput::sample(rate, flow.rows, cpu, peak))
}
