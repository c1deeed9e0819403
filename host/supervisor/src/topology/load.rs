//! From what is stored of a topology to the topology.

use std::sync::Arc;
use std::time::Duration;

use stormcell_protocol::api::Problem;
use stormcell_protocol::record::{Modules, Record};
use stormcell_topology::Topology;
use tokio::time::sleep;

use crate::context::Context;
use crate::{prepare, problem};

/// What is stored, and the topology that it makes.
pub(super) type Loaded = (Record, Arc<Topology>);

/// The topology that component files made that were loaded before.
pub(super) type Known = (Modules, Arc<Topology>);

/// Reads the record and loads its components, after a pause.
///
/// A change that could not be stored may be there all the same if it was the last step
/// that failed, so the store is asked. If it cannot be read, as on a disk that is full or
/// fails, the topology goes on with `last`, what was stored last for certain. Component
/// files that are `known` are not read again, so that those need not be there either.
pub(super) async fn load(
    context: Arc<Context>,
    last: Record,
    known: Option<Known>,
    pause: Duration,
) -> Result<Loaded, Problem> {
    if !pause.is_zero() {
        sleep(pause).await;
    }
    let name = &last.submitted.name;
    let record = match context.store.get(name).await {
        Ok(Some(record)) => record,
        Ok(None) => return Err(problem::internal(format!("nothing is stored of `{name}`"))),
        Err(_) => last,
    };
    let topology = match known {
        Some((modules, topology)) if modules == record.modules => topology,
        _ => prepare::stored(&context.components, &record, &record.modules).await?,
    };
    Ok((record, topology))
}
