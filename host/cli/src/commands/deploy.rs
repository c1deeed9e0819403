//! `stormcell deploy` and `stormcell rollback`: other modules in a live topology.

mod words;

use stormcell_protocol::api::Deploy;
use stormcell_protocol::record::{Deployment, DeploymentOutcome};

use crate::args::{DeployArgs, RollbackArgs};
use crate::client::{Client, ClientError};
use crate::commands::poll::Polled;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::status_line::StatusLine;
use crate::{prepare, upload};

use words::difference;
pub(super) use words::{outcome, pause, pauses, short};

/// Builds, uploads, deploys, and follows the deployment to its end.
pub(crate) async fn deploy(
    args: &DeployArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt.clone())?;
    let name = &args.topology;
    // Building may take long: whether there is such a topology is said before.
    let topology = client.show(name).await?;
    if !topology
        .tasks
        .iter()
        .any(|task| task.component == args.component)
    {
        return Err(no_component(&args.component, &topology));
    }
    let (building, limits) = (args.building, &args.component_limits);
    let file = prepare::prepare_one(&args.path, building, limits, console, &interrupt).await?;
    upload::upload(&client, [&file], console).await?;
    let deploy = Deploy {
        component: args.component.clone(),
        digest: file.digest,
        canary_percent: args.canary,
        max_error_rate: args.max_error_rate,
        watch_ms: u64::try_from(args.watch.as_millis()).unwrap_or(u64::MAX),
        allow: args.allow.clone(),
    };
    let begun = client.deploy(name, &deploy).await?;
    say_difference(&begun, console);
    if args.detach {
        let text = format!(
            "deployment {} of {name}: {}; see `stormcell show {name}`\n",
            begun.number,
            outcome(&begun.outcome),
        );
        return Ok(CommandOutput::ok(text, output::json(&begun)?));
    }
    let ended = follow(&client, name, begun, console).await?;
    result(
        name,
        &ended,
        console,
        ended.outcome == DeploymentOutcome::Done,
    )
}

/// Swaps back, and follows that to its end.
pub(crate) async fn rollback(
    args: &RollbackArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt)?;
    let name = &args.topology;
    let begun = client.rollback(name, &args.component).await?;
    say_difference(&begun, console);
    let ended = follow(&client, name, begun, console).await?;
    let went_well = matches!(
        ended.outcome,
        DeploymentOutcome::Done | DeploymentOutcome::RolledBack { .. }
    );
    result(name, &ended, console, went_well)
}

/// The topology has no such component.
pub(super) fn no_component(
    component: &str,
    topology: &stormcell_protocol::api::TopologyDetail,
) -> Failure {
    let mut there: Vec<&str> = topology
        .tasks
        .iter()
        .map(|task| task.component.as_str())
        .collect();
    there.sort_unstable();
    there.dedup();
    let hint = stormcell_topology::did_you_mean(component, there, "it has")
        .map_or_else(String::new, |hint| format!("; {hint}"));
    Failure::new(
        Status::NoInput,
        format!(
            "`{}` has no component `{component}`{hint}",
            topology.summary.name
        ),
    )
}

/// Says what the new module asks for and the old one did not, and the other way round.
fn say_difference(begun: &Deployment, console: &Console) {
    if !console.quiet {
        console.say(&difference(&begun.component, &begun.capabilities));
    }
}

/// Waits until a deployment has ended, to the last task that is swapped back, and says
/// when tasks are swapped.
async fn follow(
    client: &Client,
    name: &str,
    begun: Deployment,
    console: &Console,
) -> Result<Deployment, Failure> {
    let number = begun.number;
    let mut polled = Polled::new(client, name, StatusLine::new(console));
    let mut latest = begun;
    let mut said = 0;
    let mut swapping_back = true;
    loop {
        let decided = match latest.outcome {
            DeploymentOutcome::Swapping | DeploymentOutcome::Watching { .. } => false,
            DeploymentOutcome::RolledBack { .. } if swapping_back => true,
            _ => return Ok(latest),
        };
        let detail = match polled.next().await {
            Ok(detail) => detail,
            Err(_) if decided => return Ok(latest),
            Err(ClientError::Interrupted) => {
                return Err(Failure::new(
                    Status::Interrupted,
                    format!(
                        "interrupted; deployment {number} goes on: see `stormcell show {name}`, \
                         or take it back with `stormcell rollback {name} {}`",
                        latest.component
                    ),
                ));
            }
            Err(error) => return Err(error.into()),
        };
        let is_last = detail.deployments.last().map(|last| last.number) == Some(number);
        swapping_back = is_last && detail.summary.operation.is_some();
        let found = detail
            .deployments
            .into_iter()
            .find(|deployment| deployment.number == number);
        latest = found.ok_or_else(|| {
            Failure::new(
                Status::Failed,
                format!("{name} does not know deployment {number} any more: it was submitted anew"),
            )
        })?;
        let watching = matches!(latest.outcome, DeploymentOutcome::Watching { .. });
        if watching && latest.pauses_us.len() > said {
            said = latest.pauses_us.len();
            if !console.quiet {
                console.say(&format!(
                    "{}: {}; {}",
                    latest.component,
                    pauses(&latest.pauses_us),
                    outcome(&latest.outcome)
                ));
            }
        }
        polled.show(|| format!("{}: {}", latest.component, outcome(&latest.outcome)));
    }
}

/// What is printed at the end of a deployment.
fn result(
    name: &str,
    ended: &Deployment,
    console: &Console,
    went_well: bool,
) -> Result<CommandOutput, Failure> {
    let line = format!(
        "deployment {} of {} in {name}: {}",
        ended.number,
        ended.component,
        outcome(&ended.outcome),
    );
    if !went_well {
        console.error(&line);
        return Ok(CommandOutput {
            text: String::new(),
            json: output::json(ended)?,
            status: Status::Failed,
        });
    }
    let runs = match ended.outcome {
        DeploymentOutcome::RolledBack { .. } => &ended.from,
        _ => &ended.to,
    };
    let text = format!(
        "{line}\n{} runs {}; {}\n",
        ended.component,
        short(runs),
        pauses(&ended.pauses_us)
    );
    Ok(CommandOutput::ok(text, output::json(ended)?))
}
