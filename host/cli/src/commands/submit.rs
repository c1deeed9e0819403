//! `stormcell submit`: a topology for the supervisor.

mod preparing;
mod wait;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stormcell_protocol::api::{Submit, Submitted};

use crate::args::SubmitArgs;
use crate::client::Client;
use crate::commands::{list, validate};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::prepare::{self, Prepared};
use crate::status::Status;
use crate::topology_file::{self, TopologyFile};
use crate::upload;

/// Builds, checks, uploads, submits, and waits if it is to.
pub(crate) async fn run(
    args: &SubmitArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let file = topology_file::open(&args.topology)?;
    let client = Client::new(&args.server, interrupt.clone())?;
    // Building may take long: whether there is a supervisor is said before.
    client.list().await?;
    let limits = args.component_limits.sandbox();
    let prepared = prepare::prepare(&file, args.building, limits, console, &interrupt).await?;
    validate::warn(&prepared.checked.warnings, console);
    upload::upload(&client, prepared.files.values(), console).await?;
    let name = args.name.as_deref().unwrap_or(file.parsed.name());
    let request = request(args, &file, &prepared)?;
    let submitted = preparing::submit(&client, name, &request, console).await?;
    let used = submitted.topology.workers.planned;
    let fewer = format::fewer_workers(args.workers, used, submitted.topology.tasks);
    if let Some(warning) = fewer.filter(|_| !console.quiet) {
        console.warning(&warning);
    }
    if !args.wait {
        return Ok(CommandOutput::ok(
            text(&submitted),
            output::json(&submitted)?,
        ));
    }
    if !console.quiet {
        console.say(&text(&submitted));
    }
    let acking = prepared.checked.topology.acking();
    wait::until_finished(&client, &submitted.topology, acking, console, &interrupt).await
}

fn request(args: &SubmitArgs, file: &TopologyFile, prepared: &Prepared) -> Result<Submit, Failure> {
    let components: BTreeMap<String, String> = prepared
        .files
        .iter()
        .map(|(name, file)| (name.clone(), file.digest.clone()))
        .collect();
    Ok(Submit {
        file: file.text.clone(),
        file_name: file.name.clone(),
        base_dir: absolute(&prepared.base_dir)?,
        components,
        workers: args.workers,
        name: args.name.clone(),
        message_timeout_ms: args
            .message_timeout
            .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)),
        max_pending: args.max_pending,
        inactive: args.inactive,
    })
}

/// The supervisor has another current folder.
fn absolute(dir: &Path) -> Result<PathBuf, Failure> {
    dir.canonicalize().map_err(|error| {
        Failure::new(
            Status::NoInput,
            format!("cannot find the folder {}: {error}", dir.display()),
        )
    })
}

fn text(submitted: &Submitted) -> String {
    let topology = &submitted.topology;
    format!(
        "{} is {}: {} in {}\n",
        topology.name,
        list::status(topology.status),
        format::of(topology.tasks.into(), "task"),
        format::of(topology.workers.planned.into(), "worker"),
    )
}
