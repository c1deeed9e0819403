//! Where rows go: the mailbox of a task here, or the link to the worker of a task
//! elsewhere.

use std::sync::Arc;

use stormcell_acking::Touched;
use stormcell_batch::{Batch, Lineage};
use stormcell_links::{Link, Rows};

use crate::account::{Charge, Full, Held};
use crate::mailbox::{self, Delivery, Mailbox};
use crate::pacing::Load;

/// Where rows for one task go.
#[derive(Debug, Clone)]
pub(crate) enum Outlet {
    /// A task of this process.
    Here(Arc<Mailbox>),
    /// A task of another worker.
    There(Arc<RemoteTask>),
}

impl Outlet {
    /// How much waits for the task, as far as this process knows.
    pub(crate) fn load(&self) -> &Load {
        match self {
            Self::Here(mailbox) => &mailbox.load,
            Self::There(remote) => &remote.load,
        }
    }

    /// Whether the task is in this process.
    pub(crate) fn is_here(&self) -> bool {
        matches!(self, Self::Here(_))
    }

    /// Sends rows. Never waits. `values`: what the whole is charged with whose values they
    /// share. The answer stands for the worker that they were sent to: [`Touched::NONE`]
    /// for this one, or if they wait for another to come back.
    ///
    /// # Errors
    /// If the rows of the component may not take more. They are given back.
    pub(crate) fn push(
        &self,
        input: u32,
        source_task: u32,
        batch: Batch,
        values: Option<Arc<Charge>>,
    ) -> Result<Touched, (Lineage, Full)> {
        let account = self.load().queues().account();
        match self {
            Self::Here(mailbox) => {
                let columns = match &values {
                    Some(_) => batch.columns.cost_of_part(),
                    None => batch.columns.cost(),
                };
                let own = match account.take(mailbox::cost(&batch.lineage) + columns) {
                    Ok(own) => own,
                    Err(full) => return Err((batch.lineage, full)),
                };
                mailbox.push(Delivery {
                    input,
                    source_task,
                    batch,
                    credit: None,
                    held: Some(Held::new(own, values)),
                });
                Ok(Touched::NONE)
            }
            Self::There(remote) => {
                let cost = FRAME + batch.cost();
                if let Err(full) = account.reserve(cost) {
                    return Err((batch.lineage, full));
                }
                remote.load.add(batch.rows(), cost);
                Ok(remote.link.send_rows(Rows {
                    task: remote.task,
                    input,
                    source_task,
                    batch,
                    cost: cost as u64,
                }))
            }
        }
    }
}

/// What a frame costs besides the rows in it: its head, what Arrow says of the columns, and
/// its place among those that are not confirmed.
const FRAME: usize = 1_024;

/// A task of another worker.
#[derive(Debug)]
pub(crate) struct RemoteTask {
    task: u32,
    /// Rows that were sent from here and that the task has not taken.
    load: Load,
    link: Arc<Link>,
}

impl RemoteTask {
    pub(crate) fn new(task: u32, load: Load, link: Arc<Link>) -> Self {
        Self { task, load, link }
    }

    /// The worker that the task runs in.
    pub(crate) fn worker(&self) -> u32 {
        self.link.worker()
    }

    /// How much it was sent from here and has not taken.
    pub(crate) fn load(&self) -> &Load {
        &self.load
    }
}
