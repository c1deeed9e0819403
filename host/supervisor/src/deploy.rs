//! Deploying component files: what is checked before any task is touched.

use std::sync::Arc;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Deploy, Problem, Rollback};
use stormcell_protocol::record::{Deployment, DeploymentOutcome, Record};
use stormcell_topology::Topology;

use crate::components::{Components, Digest};
use crate::topology::{TopologyHandle, View};
use crate::{prepare, problem};

/// Checks a component file against the topology, and has it swapped in.
pub(crate) async fn deploy(
    components: &Components,
    topology: &TopologyHandle,
    deploy: Deploy,
) -> Result<Deployment, Problem> {
    let digest = Digest::parse(&deploy.digest)?;
    if !(1..=100).contains(&deploy.canary_percent) {
        return Err(problem::invalid(format!(
            "`canary_percent` is {}: expected 1 to 100",
            deploy.canary_percent
        )));
    }
    if !(0.0..=1.0).contains(&deploy.max_error_rate) {
        return Err(problem::invalid(format!(
            "`max_error_rate` is {}: expected a part of the rows, 0 to 1",
            deploy.max_error_rate
        )));
    }
    let view = topology.view().await?;
    let checked = check(components, &view, &deploy.component, digest.as_str()).await?;
    answer(topology.command(Command::Deploy(deploy, checked)).await?)
}

/// Checks what a component ran before its last deployment, and has it swapped in again.
pub(crate) async fn rollback(
    components: &Components,
    topology: &TopologyHandle,
    rollback: Rollback,
) -> Result<Deployment, Problem> {
    let view = topology.view().await?;
    component(&view.record, &rollback.component)?;
    let Some(before) = before(&view.record, &rollback.component) else {
        return Err(problem::conflict(format!(
            "`{}` of `{}` has no deployment to roll back",
            rollback.component,
            topology.name()
        )));
    };
    let checked = check(components, &view, &rollback.component, before).await?;
    answer(
        topology
            .command(Command::Rollback(rollback, checked))
            .await?,
    )
}

/// What a component goes back to: what it ran before the deployment that is going on, or
/// else before the one that brought what it runs.
fn before<'a>(record: &'a Record, component: &str) -> Option<&'a str> {
    use DeploymentOutcome::{Done, Swapping, Watching};
    let present = &record.modules.components.get(component)?.digest;
    let of_component = || {
        let deployments = record.deployments.iter().rev();
        deployments.filter(|deployment| deployment.component == component)
    };
    let going_on =
        of_component().find(|deployment| matches!(deployment.outcome, Swapping | Watching { .. }));
    let brought =
        of_component().find(|deployment| deployment.outcome == Done && deployment.to == *present);
    Some(&going_on.or(brought)?.from)
}

fn component(record: &Record, id: &str) -> Result<(), Problem> {
    let known = &record.modules.components;
    if known.contains_key(id) {
        return Ok(());
    }
    let names: Vec<_> = known.keys().map(|id| format!("`{id}`")).collect();
    Err(problem::not_found(format!(
        "`{}` has no component `{id}`; it has {}",
        record.submitted.name,
        names.join(", ")
    )))
}

/// The topology with the description of another component file, if it fits.
async fn check(
    components: &Components,
    view: &View,
    id: &str,
    digest: &str,
) -> Result<Arc<Topology>, Problem> {
    component(&view.record, id)?;
    let mut modules = view.record.modules.clone();
    if let Some(module) = modules.components.get_mut(id) {
        digest.clone_into(&mut module.digest);
        module.trial = None;
    }
    let topology = prepare::stored(components, &view.record, &modules).await?;
    streams_stay(&view.topology, &topology, id)?;
    Ok(topology)
}

/// Rows of the old file are on their way while tasks are swapped one by one, and tasks
/// of both files may run for long: what others subscribe to must stay as it is.
fn streams_stay(before: &Topology, after: &Topology, id: &str) -> Result<(), Problem> {
    for (old, new) in before.outputs(id).zip(after.outputs(id)) {
        if old.schema != new.schema || old.output != new.output {
            return Err(problem::invalid(format!(
                "the component file changes the stream `{}` of `{id}`, to which `{}` subscribes: \
                 a file can only be swapped for one that declares the same streams in the same \
                 order with the same fields; submit a new topology instead",
                old.stream, old.to
            )));
        }
    }
    Ok(())
}

fn answer(answer: Answer) -> Result<Deployment, Problem> {
    match answer {
        Answer::Deployment(deployment) => Ok(*deployment),
        other => Err(problem::internal(format!(
            "a deployment was answered by {other:?}"
        ))),
    }
}
