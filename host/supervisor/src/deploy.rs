//! Deploying component files: what is checked before any task is touched.

use std::fmt::Display;
use std::sync::Arc;

use stormcell_coordinator::{Answer, Command};
use stormcell_protocol::api::{Deploy, Problem, Rollback};
use stormcell_protocol::record::{Deployment, DeploymentOutcome, Record};
use stormcell_topology::{Description, Topology, admission, did_you_mean};

use crate::components::Digest;
use crate::context::Context;
use crate::topology::{TopologyHandle, View};
use crate::{prepare, problem};

/// Checks a component file against the topology, and has it swapped in.
pub(crate) async fn deploy(
    context: &Context,
    topology: &TopologyHandle,
    deploy: Deploy,
) -> Result<Deployment, Problem> {
    let digest = Digest::parse(&deploy.digest)?;
    deploy.check().map_err(problem::invalid)?;
    let view = topology.view().await?;
    let checked = check(context, &view, &deploy.component, digest.as_str()).await?;
    answer(topology.command(Command::Deploy(deploy, checked)).await?)
}

/// Checks what a component ran before its last deployment, and has it swapped in again.
pub(crate) async fn rollback(
    context: &Context,
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
    let checked = check(context, &view, &rollback.component, before).await?;
    let back = Command::Rollback(rollback, before.to_owned(), checked);
    answer(topology.command(back).await?)
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
    let hint = did_you_mean(id, known.keys().map(String::as_str), "it has")
        .map_or_else(String::new, |hint| format!("; {hint}"));
    Err(problem::not_found(format!(
        "`{}` has no component `{id}`{hint}",
        record.submitted.name,
    )))
}

/// The topology with the description of another component file, if it fits.
async fn check(
    context: &Context,
    view: &View,
    id: &str,
    digest: &str,
) -> Result<Arc<Topology>, Problem> {
    component(&view.record, id)?;
    let components = &context.components;
    let mut modules = view.record.modules.clone();
    if let Some(module) = modules.components.get_mut(id) {
        digest.clone_into(&mut module.digest);
        module.trial = None;
    }
    let refused = |why: &dyn Display| {
        format!(
            "`{id}` of `{}` cannot run this component file, and nothing has changed: {why}",
            view.record.submitted.name
        )
    };
    admission::admit_deployment(&view.topology, &view.record.plan, context.worker_memory, id)
        .map_err(|why| {
            problem::conflict(format!("{}\n{}", refused(&why), admission::MAKE_IT_FIT))
        })?;
    components.check_signed(digest, &format!("`{id}`")).await?;
    // What cannot be loaded is told below.
    if let Ok((_, description)) = components.load(digest).await {
        takes_the_place(&view.topology, id, &description)
            .map_err(|why| problem::invalid(refused(&why)))?;
    }
    let checked = prepare::stored(components, &view.record, &modules).await;
    checked.map_err(|problem| match problem.diagnostics[..] {
        [] => problem,
        [..] => Problem {
            message: refused(&format!("with it, {}", problem.message)),
            ..problem
        },
    })
}

/// Whether a component is what it was before with this description. Rows of the old file
/// are on their way while tasks are swapped one by one, and tasks of both files may run
/// for long: what others subscribe to must stay as it is.
fn takes_the_place(before: &Topology, id: &str, new: &Description) -> Result<(), String> {
    let Some(old) = before.component(id).map(|component| &component.description) else {
        return Ok(());
    };
    if old.world != new.world {
        let (old, new) = (old.world.wit_name(), new.world.wit_name());
        return Err(format!("it is a {new}, where a {old} is needed"));
    }
    for read in before.outputs(id) {
        let (stream, to) = (&read.stream, &read.to);
        let Some((position, output)) = new.output(stream) else {
            return Err(format!(
                "it has no stream `{stream}`, to which `{to}` subscribes"
            ));
        };
        if output.schema != read.schema {
            return Err(format!(
                "its stream `{stream}` has the fields {}, but those to which `{to}` subscribes \
                 are {}; a topology with other fields is submitted anew",
                output.schema, read.schema
            ));
        }
        if position != read.output {
            return Err(format!(
                "its stream `{stream}`, to which `{to}` subscribes, is number {} of its streams \
                 and was number {}; it must declare them in the same order",
                position + 1,
                read.output + 1
            ));
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
