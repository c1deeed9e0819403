//! A topology with every default filled in.

use std::path::Path;

use serde_json::json;
use stormcell_topology::units::Size;
use stormcell_topology::{
    Access, Clock, EnvValue, Grants, GroupingSpec, Random, Subscription, Topology,
};

use super::{limits, restart};
use crate::args::{Building, ComponentLimits};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::status::Status;
use crate::table::{self, Align};
use crate::{format, prepare, topology_file};

/// Checks a topology and shows it.
pub(super) async fn inspect(
    path: &Path,
    building: Building,
    limits: &ComponentLimits,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<CommandOutput, Failure> {
    let file = topology_file::open(path)?;
    let prepared = prepare::prepare(&file, building, limits.sandbox(), console, interrupt).await?;
    let topology = &prepared.checked.topology;
    let json = serde_json::to_value(topology)
        .map_err(|error| Failure::new(Status::Internal, error.to_string()))?;
    let json = json!({
        "topology": json,
        "warnings": prepared.checked.warnings.to_json(),
    });
    Ok(CommandOutput::ok(text(topology), json))
}

fn text(topology: &Topology) -> String {
    let acking = if topology.acking() {
        match topology.message_timeout() {
            Some(timeout) => format!("acking, message timeout {}", format::setting(timeout)),
            None => "acking, no message timeout".to_owned(),
        }
    } else {
        "no acking".to_owned()
    };
    let letters = match topology.dead_letters() {
        true => "",
        false => ", no dead letters",
    };
    format!(
        "{}: {acking}{letters}\n\n{}\n{}\n{}\n{}\n{}",
        topology.name(),
        components(topology),
        streams(topology),
        limits::text(topology),
        restart::text(topology),
        grants(topology)
    )
}

fn components(topology: &Topology) -> String {
    let columns = [
        ("component", Align::Left),
        ("kind", Align::Left),
        ("tasks", Align::Right),
        ("file", Align::Left),
        ("digest", Align::Left),
        ("what it does", Align::Left),
    ];
    let rows = topology.components().iter().map(|component| {
        vec![
            component.id.clone(),
            component.kind.to_string(),
            format::count(component.parallelism.into()),
            component.path.clone(),
            short(&component.description.digest),
            component.description.summary.clone(),
        ]
    });
    table::render(&columns, rows.collect())
}

/// `sha256:` and the first digits, enough to compare by eye.
fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

fn streams(topology: &Topology) -> String {
    let columns = [
        ("from", Align::Left),
        ("stream", Align::Left),
        ("to", Align::Left),
        ("grouping", Align::Left),
        ("fields", Align::Left),
    ];
    let rows = topology.subscriptions().iter().map(|subscription| {
        vec![
            subscription.from.clone(),
            subscription.stream.clone(),
            subscription.to.clone(),
            grouping(subscription),
            subscription.schema.to_string(),
        ]
    });
    table::render(&columns, rows.collect())
}

fn grouping(subscription: &Subscription) -> String {
    let grouping = &subscription.grouping;
    match grouping {
        GroupingSpec::Fields { fields } | GroupingSpec::PartialKey { fields } => {
            let names: Vec<&str> = fields
                .iter()
                .filter_map(|field| subscription.schema.fields().get(*field))
                .map(|field| field.name.as_str())
                .collect();
            format!("{}({})", grouping.name(), names.join(", "))
        }
        GroupingSpec::Custom(custom) => format!("custom({})", custom.path),
        _ => grouping.name().to_owned(),
    }
}

fn grants(topology: &Topology) -> String {
    let rows: Vec<Vec<String>> = topology
        .components()
        .iter()
        .flat_map(|component| {
            in_words(&component.grants)
                .into_iter()
                .map(|grant| vec![component.id.clone(), grant])
        })
        .collect();
    if rows.is_empty() {
        return "no component is granted anything\n".to_owned();
    }
    table::render(&[("grants", Align::Left), ("", Align::Left)], rows)
}

fn in_words(grants: &Grants) -> Vec<String> {
    let files = grants.files.iter().map(|grant| {
        let (host, guest) = (&grant.host, &grant.guest);
        match grant.access {
            Access::Read => format!("read {host} as {guest}"),
            Access::ReadWrite => format!(
                "read and write {host} as {guest}, while it holds less than {}",
                Size::new(grant.quota)
            ),
        }
    });
    let stdout = grants
        .stdout
        .then(|| "standard output and error".to_owned());
    // Values may be secrets.
    let env = grants.env.iter().map(|(name, value)| match value {
        EnvValue::Text(_) => format!("environment variable {name}"),
        EnvValue::Secret(reference) => {
            format!(
                "environment variable {name}, the secret {}",
                reference.secret
            )
        }
    });
    let clock = (grants.clock == Clock::Real).then(|| "the clock of the machine".to_owned());
    let random = (grants.random == Random::Real)
        .then(|| "random numbers of the operating system".to_owned());
    let machine = clock.into_iter().chain(random);
    let servers = grants.http.iter().flat_map(|http| {
        let hosts = http.hosts.iter().map(|host| format!("call {host}"));
        let networks = http.networks.iter().map(|network| {
            format!("servers it calls may lie in {network}, even if that is not public")
        });
        hosts.chain(networks)
    });
    let state = grants.state.map(|state| {
        let quota = Size::new(state.quota);
        format!("keep values by key, while those of a task take less than {quota}")
    });
    let all = files.chain(stdout).chain(env).chain(machine);
    all.chain(servers).chain(state).collect()
}
