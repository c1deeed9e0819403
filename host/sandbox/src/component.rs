//! A component, compiled and ready to be instantiated.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stormcell_topology::plain_text::Sentence;
use stormcell_topology::{Description, Grants, Limits, World};
use wasmtime::Engine;
use wasmtime::component::InstancePre;

use crate::debug_info::Lines;
use crate::disk_threads::LostThreads;
use crate::fault::from_wasmtime::start;
use crate::fault::reason;
use crate::http::client::Client;
use crate::inspect::Inspection;
use crate::instance::Instance;
use crate::kept::Keeping;
use crate::lacking::{TooMany, stood_in_for};
use crate::memory::Budget;
use crate::note::Note;
use crate::quota::Quotas;
use crate::random::seed_of;
use crate::sandbox::Shared;
use crate::share::Shares;
use crate::state::{State, Surroundings};
use crate::task_usage::TaskUsages;
use crate::v0_1::description::{self, File};
use crate::v0_1::exports::{bolt_task, grouping_task, spout_task};
use crate::{
    BoltInstance, CallError, DescribeError, Fault, GroupingInstance, GroupingSpec, LogLevel,
    Secrets, SpoutInstance, TaskSink, TaskSpec,
};

/// What a component may use to describe itself, of each kind of time. An interpreter
/// needs its memory to start.
const DESCRIBE_TIME: Duration = Duration::from_secs(1);
const DESCRIBE_BYTES: u64 = 1 << 20;

/// A compiled component of one of the worlds that the host speaks.
pub struct Component {
    engine: Engine,
    memory: Arc<Budget>,
    /// `None` in a simulation.
    shares: Option<Arc<Shares>>,
    /// Likewise.
    client: Option<Arc<Client>>,
    quotas: Arc<Quotas>,
    lost_threads: Arc<LostThreads>,
    usages: Arc<TaskUsages>,
    lines: Option<Lines>,
    note: Arc<Note>,
    inspection: Inspection,
    digest: String,
    size: u64,
    exports: Exports,
    instance: InstancePre<State>,
    /// Why it can be described and not be run: an import that the host lacks.
    lacking: Option<Sentence>,
}

/// Where a component's functions are found: its world, and its interface version.
enum Exports {
    BoltV0_1(bolt_task::GuestIndices),
    SpoutV0_1(spout_task::GuestIndices),
    GroupingV0_1(grouping_task::GuestIndices),
}

/// What was read of a component file.
pub(crate) struct Source {
    pub(crate) inspection: Inspection,
    pub(crate) lines: Option<Lines>,
    pub(crate) digest: String,
    pub(crate) size: u64,
}

impl Component {
    /// Links a compiled component. An import that the host lacks does not fail
    /// here, so that it can be listed; it fails what would run it.
    pub(crate) fn link(
        shared: &Shared,
        compiled: &wasmtime::component::Component,
        source: Source,
    ) -> wasmtime::Result<Self> {
        let linker = &shared.linker;
        let (instance, lacking) = match linker.instantiate_pre(compiled) {
            Ok(instance) => (instance, None),
            Err(error) => {
                let stood_in = stood_in_for(linker, compiled)
                    .and_then(|linker| linker.instantiate_pre(compiled));
                match stood_in {
                    Ok(instance) => (instance, Some(Sentence::from(reason::whole(&error)))),
                    Err(why) if why.is::<TooMany>() => return Err(why),
                    // It is no interface that is lacking.
                    Err(_) => return Err(error),
                }
            }
        };
        let exports = match source.inspection.world {
            World::Bolt => Exports::BoltV0_1(bolt_task::GuestIndices::new(&instance)?),
            World::Spout => Exports::SpoutV0_1(spout_task::GuestIndices::new(&instance)?),
            World::CustomGrouping => {
                Exports::GroupingV0_1(grouping_task::GuestIndices::new(&instance)?)
            }
        };
        Ok(Self {
            engine: shared.engine.clone(),
            memory: Arc::clone(&shared.memory),
            shares: shared.shares.clone(),
            client: shared.client.clone(),
            quotas: Arc::clone(&shared.quotas),
            lost_threads: Arc::clone(&shared.lost_threads),
            usages: Arc::clone(&shared.usages),
            lines: source.lines,
            note: Arc::new(source.inspection.note.clone()),
            inspection: source.inspection,
            digest: source.digest,
            size: source.size,
            exports,
            instance,
            lacking,
        })
    }

    /// What all instances of its process and all rows in it may have together.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.memory
    }

    /// The digest of its file: `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The size of its file, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What it exports.
    pub fn world(&self) -> World {
        self.inspection.world
    }

    /// The version of the interface that it is built for.
    pub fn interface_version(&self) -> &str {
        self.inspection.version
    }

    /// The interfaces it imports, by full name, sorted.
    pub fn imports(&self) -> &[String] {
        &self.inspection.imports
    }

    /// What it says of itself, asked in an instance of its own, with no grants and
    /// one second of computing time.
    ///
    /// # Errors
    /// If the call traps or goes over a limit, or the configuration schema is not
    /// JSON.
    pub async fn describe(&self) -> Result<Description, DescribeError> {
        let limits = Limits {
            call_time: DESCRIBE_TIME,
            host_time: DESCRIBE_TIME,
            output_bytes: DESCRIBE_BYTES,
            ..Limits::default()
        };
        let sink: Arc<dyn TaskSink> = Arc::new(DescribeSink(self.digest.clone()));
        let given = Surroundings {
            config: &Value::Null,
            limits: &limits,
            memory: &self.memory,
            grants: &Grants::default(),
            base_dir: Path::new(""),
            sink: &sink,
            secrets: &Secrets::default(),
            seed: seed_of(&[]),
            keeping: Keeping::Nothing("nothing is kept yet when a component describes itself"),
            quotas: &self.quotas,
            lost_threads: &self.lost_threads,
            usages: &self.usages,
            shares: self.shares.as_ref(),
            client: self.client.as_ref(),
            lines: self.lines.as_ref(),
            note: &self.note,
        };
        let file = File {
            world: self.inspection.world,
            version: self.inspection.version,
            imports: &self.inspection.imports,
            works_at_ticks: self.note.works_at_ticks,
            digest: &self.digest,
            size: self.size,
        };
        let (mut instance, exports) = Instance::new(&self.engine, &self.instance, &given)
            .await
            .map_err(DescribeError::Fault)?;
        macro_rules! describe {
            ($indices:ident) => {{
                let guest = $indices
                    .load(&mut instance.store, &exports)
                    .map_err(|error| DescribeError::Fault(other_signature(&error)))?;
                instance.begin("describe").map_err(DescribeError::Fault)?;
                let call = guest.call_describe(&mut instance.store);
                let result = instance.bounds.run(call).await;
                instance
                    .finish(result)
                    .await
                    .map_err(DescribeError::Fault)?
            }};
        }
        match &self.exports {
            Exports::BoltV0_1(indices) => description::of_task(describe!(indices), &file),
            Exports::SpoutV0_1(indices) => description::of_task(describe!(indices), &file),
            Exports::GroupingV0_1(indices) => description::of_grouping(describe!(indices), &file),
        }
    }

    /// An instance as a bolt, prepared.
    ///
    /// # Errors
    /// A fault of the kind [`crate::FaultKind::Start`] if it is none, or cannot be
    /// made; what `prepare` returned, or its fault.
    pub async fn bolt(&self, spec: &TaskSpec) -> Result<BoltInstance, CallError> {
        let Exports::BoltV0_1(indices) = &self.exports else {
            return Err(self.other_world(World::Bolt).into());
        };
        let (mut instance, exports) = self.instantiate(&self.surroundings(spec)).await?;
        let guest = indices
            .load(&mut instance.store, &exports)
            .map_err(|error| other_signature(&error))?;
        BoltInstance::prepare(instance, guest, spec).await
    }

    /// An instance as a spout, prepared.
    ///
    /// # Errors
    /// As for [`Self::bolt`].
    pub async fn spout(&self, spec: &TaskSpec) -> Result<SpoutInstance, CallError> {
        let Exports::SpoutV0_1(indices) = &self.exports else {
            return Err(self.other_world(World::Spout).into());
        };
        let (mut instance, exports) = self.instantiate(&self.surroundings(spec)).await?;
        let guest = indices
            .load(&mut instance.store, &exports)
            .map_err(|error| other_signature(&error))?;
        SpoutInstance::prepare(instance, guest, spec).await
    }

    /// An instance as a custom grouping, prepared.
    ///
    /// # Errors
    /// As for [`Self::bolt`].
    pub async fn grouping(&self, spec: &GroupingSpec) -> Result<GroupingInstance, CallError> {
        let Exports::GroupingV0_1(indices) = &self.exports else {
            return Err(self.other_world(World::CustomGrouping).into());
        };
        let given = Surroundings {
            config: &spec.config,
            limits: &spec.limits,
            memory: &self.memory,
            grants: &Grants::default(),
            base_dir: Path::new(""),
            sink: &spec.sink,
            secrets: &Secrets::default(),
            seed: seed_of(&[
                spec.topology.as_bytes(),
                spec.grouped.component.as_bytes(),
                spec.grouped.stream.as_bytes(),
                &spec.source_task.to_le_bytes(),
            ]),
            keeping: Keeping::Nothing("a grouping keeps no state"),
            quotas: &self.quotas,
            lost_threads: &self.lost_threads,
            usages: &self.usages,
            shares: self.shares.as_ref(),
            client: self.client.as_ref(),
            lines: self.lines.as_ref(),
            note: &self.note,
        };
        let (mut instance, exports) = self.instantiate(&given).await?;
        let guest = indices
            .load(&mut instance.store, &exports)
            .map_err(|error| other_signature(&error))?;
        GroupingInstance::prepare(instance, guest, spec).await
    }

    fn surroundings<'a>(&'a self, spec: &'a TaskSpec) -> Surroundings<'a> {
        Surroundings {
            config: &spec.config,
            limits: &spec.limits,
            memory: &self.memory,
            grants: &spec.grants,
            base_dir: &spec.base_dir,
            sink: &spec.sink,
            secrets: &spec.secrets,
            seed: seed_of(&[
                spec.topology.as_bytes(),
                spec.component.as_bytes(),
                &spec.task_index.to_le_bytes(),
            ]),
            keeping: match (spec.grants.state, &spec.state) {
                (Some(grant), Some(state)) => Keeping::Values(state, grant),
                (Some(_), None) => Keeping::Nothing("whoever runs this task keeps no state"),
                (None, _) => Keeping::Nothing(
                    "this component is not granted `state`; if it may keep values, add \
                     `state: true` to its `grants` in the topology file",
                ),
            },
            quotas: &self.quotas,
            lost_threads: &self.lost_threads,
            usages: &self.usages,
            shares: self.shares.as_ref(),
            client: self.client.as_ref(),
            lines: self.lines.as_ref(),
            note: &self.note,
        }
    }

    async fn instantiate(
        &self,
        given: &Surroundings<'_>,
    ) -> Result<(Instance, wasmtime::component::Instance), Fault> {
        if let Some(lacking) = &self.lacking {
            return Err(start(format!(
                "the component imports something that this host does not have: {lacking}"
            )));
        }
        if let Keeping::Values(state, _) = given.keeping {
            let opened = state.open().await;
            opened.map_err(|error| start(format!("its state cannot be opened: {error}")))?;
        }
        Instance::new(&self.engine, &self.instance, given).await
    }

    fn other_world(&self, wanted: World) -> Fault {
        start(format!(
            "the component is a {}, and is used as a {wanted}",
            self.inspection.world
        ))
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component")
            .field("world", &self.inspection.world)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

fn other_signature(error: &wasmtime::Error) -> Fault {
    start(format!(
        "the component's functions are not those of the interface version that it names: {}",
        reason::whole(error)
    ))
}

/// What a component logs while it describes itself. It has no name yet but the digest of
/// its file.
struct DescribeSink(String);

impl TaskSink for DescribeSink {
    fn log(&self, level: LogLevel, message: &str) {
        tracing::debug!(digest = self.0, ?level, "describe: {message}");
    }
    fn stdout(&self, _: &[u8]) {}
    fn stderr(&self, _: &[u8]) {}
    fn count(&self, _: &str, _: u32) {}
    fn gauge(&self, _: &str, _: f64) {}
}
