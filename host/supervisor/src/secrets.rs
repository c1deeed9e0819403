//! Whether the secrets of a topology are there, before workers are started that need them.

use std::sync::Arc;

use stormcell_protocol::api::Problem;
use stormcell_topology::Topology;

use crate::blocking::blocking;
use crate::context::Context;
use crate::problem;

/// Whether the workers that this supervisor starts have every secret that the topology
/// refers to: they have its environment.
pub(crate) async fn check(context: &Context, topology: &Arc<Topology>) -> Result<(), Problem> {
    let (secrets, topology) = (context.secrets.clone(), Arc::clone(topology));
    match blocking(move || secrets.check(&topology)).await {
        Ok(checked) => checked.map_err(problem::missing_secrets),
        Err(error) => Err(problem::internal(error)),
    }
}
