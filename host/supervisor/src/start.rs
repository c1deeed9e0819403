//! Starting to serve a data folder.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use stormcell_links::{Address, Listener};
use stormcell_protocol::record::Record;
use stormcell_sandbox::Sandbox;
use tokio::task::JoinError;

use crate::blocking::blocking;
use crate::components::{Components, SignaturePolicy};
use crate::config::{StartError, SupervisorConfig};
use crate::context::{Clock, Context};
use crate::data::DataFolder;
use crate::store::Store;
use crate::topologies::Topologies;
use crate::topology::{Begin, TopologyHandle};

/// What is found in a data folder.
pub(crate) struct Opened {
    pub(crate) served: DataFolder,
    pub(crate) store: Store,
    pub(crate) records: BTreeMap<String, Record>,
    pub(crate) components: Components,
}

/// Opens the data folder, which is locked from now on, and what is in it.
pub(crate) async fn open(config: &SupervisorConfig) -> Result<Opened, StartError> {
    let (data, sandbox) = (config.data.clone(), config.sandbox.clone());
    let policy = config.signatures.clone();
    let opened = blocking(move || read(DataFolder::open(&data)?, sandbox, policy)).await;
    ended(opened, config)
}

/// Opens what is in a data folder.
pub(crate) async fn open_in(
    folder: DataFolder,
    config: &SupervisorConfig,
) -> Result<Opened, StartError> {
    let (sandbox, policy) = (config.sandbox.clone(), config.signatures.clone());
    let opened = blocking(move || read(folder, sandbox, policy)).await;
    ended(opened, config)
}

/// What came of it, unless it ended by a panic.
fn ended(
    opened: Result<Result<Opened, StartError>, JoinError>,
    config: &SupervisorConfig,
) -> Result<Opened, StartError> {
    opened.map_err(|error| StartError::Data {
        path: config.data.path().to_owned(),
        reason: error.to_string(),
    })?
}

/// Listens for workers, and then starts the task of every topology.
pub(crate) async fn start(
    opened: Opened,
    config: SupervisorConfig,
    unix: fn() -> Duration,
) -> Result<(Arc<Context>, Box<dyn Listener>), StartError> {
    let listener = config.network.listen(Address::Supervisor).await;
    let listener = listener.map_err(|source| StartError::Listen {
        folder: config.data.sockets(),
        source,
    })?;
    let context = Arc::new(Context {
        data: config.data,
        store: opened.store,
        components: opened.components,
        processes: config.processes,
        topologies: Arc::new(Topologies::default()),
        clock: Clock::new(unix),
        worker_memory: config.worker_memory,
        secrets: config.secrets,
        served: Mutex::new(Some(opened.served)),
    });
    for record in opened.records.into_values() {
        let topology = TopologyHandle::start(&context, Begin::Stored(record));
        context.topologies.add(topology);
    }
    Ok((context, listener))
}

fn read(
    served: DataFolder,
    sandbox: Sandbox,
    policy: SignaturePolicy,
) -> Result<Opened, StartError> {
    let data = served.data();
    let (store, records) = Store::open(&data.store())?;
    let components = Components::open(data.clone(), sandbox, policy);
    let components = components.map_err(|error| StartError::Data {
        path: data.path().to_owned(),
        reason: format!("{}: {error}", data.components().display()),
    })?;
    Ok(Opened {
        served,
        store,
        records,
        components,
    })
}
