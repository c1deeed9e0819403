//! How a topology looks that has no coordinator: while it is being submitted, while its
//! components are loaded, or because they cannot be.

use std::collections::BTreeMap;

use stormcell_protocol::api::{Status, TaskDetail, TopologyDetail, TopologySummary, WorkerCount};
use stormcell_protocol::record::{Desired, Record};

use crate::topologies::Preparing;

/// The line of `list` of one that is being submitted.
pub(crate) fn preparing(name: &str, preparing: Preparing) -> TopologySummary {
    TopologySummary {
        name: name.to_owned(),
        status: Status::Preparing,
        operation: Some(preparing.doing),
        workers: WorkerCount {
            planned: preparing.workers,
            up: 0,
        },
        tasks: 0,
        generation: 0,
        submitted_at: preparing.at,
        // It is not given yet.
        submission: 0,
        trees: None,
        problem: None,
    }
}

/// All that is known of one that is being submitted.
pub(crate) fn detail_of(summary: TopologySummary) -> TopologyDetail {
    TopologyDetail {
        summary,
        workers: Vec::new(),
        tasks: Vec::new(),
        report: None,
        deployments: Vec::new(),
        graph: String::new(),
        signers: BTreeMap::new(),
    }
}

/// The line of `list`.
pub(super) fn summary(
    record: &Record,
    up: usize,
    operation: Option<&str>,
    problem: Option<&str>,
) -> TopologySummary {
    let plan = &record.plan;
    TopologySummary {
        name: record.submitted.name.clone(),
        status: match record.desired {
            Desired::Active | Desired::Inactive => Status::Starting,
            ended => ended.into(),
        },
        operation: operation.map(str::to_owned),
        workers: WorkerCount {
            planned: plan.workers(),
            up: u32::try_from(up).unwrap_or(u32::MAX),
        },
        tasks: u32::try_from(plan.tasks().len()).unwrap_or(u32::MAX),
        generation: plan.generation(),
        submitted_at: record.submitted.at,
        submission: record.submitted.submission,
        trees: record.report().map(|report| report.trees),
        problem: problem.map(str::to_owned),
    }
}

/// All that is known of it.
pub(super) fn detail(record: &Record, summary: TopologySummary) -> TopologyDetail {
    let modules = &record.modules.components;
    TopologyDetail {
        summary,
        workers: Vec::new(),
        tasks: record
            .plan
            .tasks()
            .iter()
            .map(|task| {
                let module = modules.get(&task.component);
                let digest = module.map_or("", |module| module.of(task.id));
                TaskDetail {
                    task: task.id,
                    component: task.component.clone(),
                    index: task.index,
                    worker: task.worker,
                    digest: digest.to_owned(),
                    trial: module.is_some_and(|module| module.digest != digest),
                    last_error: None,
                }
            })
            .collect(),
        report: record.report().cloned(),
        deployments: record.deployments.clone(),
        graph: String::new(),
        signers: BTreeMap::new(),
    }
}
