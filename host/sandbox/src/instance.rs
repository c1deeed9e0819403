//! One instance and its store: what is common to all worlds.
//!
//! Every call goes the same way: [`Instance::begin`] sets the limits, the call
//! runs under `bounds` ([`Bounds::run`]), and [`Instance::finish`] says what became of
//! it. A call that does not come back in order (a trap, a limit, invalid output, a
//! future that was dropped half-way) leaves the instance dead: what is in its
//! memory then is anybody's guess.

use std::collections::HashMap;
use std::sync::Arc;

use stormcell_topology::Limits;
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::clock;
use crate::cpu::CpuMeter;
use crate::debug_info::Lines;
use crate::fault::called::{Called, backtrace, called};
use crate::fault::from_wasmtime::{self, Circumstances};
use crate::memory::Refused;
use crate::note::Note;
use crate::said::said;
use crate::secrets::Masks;
use crate::state::{State, Surroundings};
use crate::wait::{Bounds, OutOfTime};
use crate::{CallError, Fault, FaultKind, Frames};

/// What a guest may hand to a host function is bounded like what it returns, but
/// not below this: a log line must fit under any limit.
const HOSTCALL_BYTES: u64 = 64 << 10;

/// The slices of a call that does not give way at once: 20 ms. Slices pass while the
/// kernel runs other processes, too, so a few would not do on a busy machine.
const IN_ONE_GO: u64 = 10;

/// Handles that the parts of a component may hold among them, for each resource that it
/// may have open: one part may hold the resource of another.
const HANDLES_A_RESOURCE: usize = 2;

/// An instance, alive or dead.
pub(crate) struct Instance {
    pub(crate) store: Store<State>,
    /// What a call runs under. Beside the store, because a call borrows both.
    pub(crate) bounds: Bounds,
    cpu: Arc<CpuMeter>,
    limits: Limits,
    life: Life,
    /// What the host refused to it in its last call, to be told with an error.
    refused: Vec<String>,
    /// Where the lines of its backtraces are known.
    lines: Option<Lines>,
    /// What the builder of its component has noted.
    note: Arc<Note>,
}

enum Life {
    /// It waits for a call.
    Idle,
    /// A call has begun and not finished.
    Busy(&'static str),
    /// This ended it.
    Dead(String),
}

impl Instance {
    /// An instance of a component, before any call.
    pub(crate) async fn new(
        engine: &Engine,
        component: &InstancePre<State>,
        given: &Surroundings<'_>,
    ) -> Result<(Self, wasmtime::component::Instance), Fault> {
        let state = State::new(given).await.map_err(from_wasmtime::start)?;
        let cpu = Arc::clone(&state.cpu);
        let log = Arc::clone(&state.log);
        let limits = given.limits.clone();
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.memory);
        store.epoch_deadline_callback(|store| {
            Ok(if store.data().cpu.slice(clock::nanos()) {
                UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))
            } else {
                UpdateDeadline::Interrupt
            })
        });
        let handles = usize::try_from(limits.resources).unwrap_or(usize::MAX);
        store.set_max_component_handles(handles.saturating_mul(HANDLES_A_RESOURCE));
        let bytes = limits.output_bytes.max(HOSTCALL_BYTES);
        store.set_hostcall_fuel(usize::try_from(bytes).unwrap_or(usize::MAX));
        let mut instance = Self {
            store,
            bounds: Bounds::new(Arc::clone(&cpu), &limits, given.shares.cloned(), log),
            cpu,
            limits,
            life: Life::Idle,
            refused: Vec::new(),
            lines: given.lines.cloned(),
            note: Arc::clone(given.note),
        };
        // Start functions are guest code: they run under the limits of a call.
        instance.begin("instantiate")?;
        let call = component.instantiate_async(&mut instance.store);
        let result = instance.bounds.run(call).await;
        let exports = instance.finish(result).await.map_err(|mut fault| {
            if fault.kind == FaultKind::Trap {
                fault.kind = FaultKind::Start;
            }
            fault
        })?;
        Ok((instance, exports))
    }

    /// A call begins.
    pub(crate) fn begin(&mut self, call: &'static str) -> Result<(), Fault> {
        match &self.life {
            Life::Idle => {}
            Life::Busy(call) => {
                return Err(dead(&format!("its call of `{call}` was given up half-way")));
            }
            Life::Dead(why) => return Err(dead(why)),
        }
        self.life = Life::Busy(call);
        self.cpu.begin(self.limits.call_time);
        self.store.set_epoch_deadline(1);
        let state = self.store.data_mut();
        state.memory.begin();
        state.stderr.clear();
        state.kept.forget();
        Ok(())
    }

    /// Has the call that begins give way to others only when it has computed for some
    /// slices. For a call that a task stands still for: even a short one is likely
    /// enough to be made just when a slice ends, and then waits for the slices of all
    /// others.
    pub(crate) fn in_one_go(&mut self) {
        self.bounds.go_first();
        self.store.set_epoch_deadline(IN_ONE_GO);
    }

    /// A call is over. If it did not go well, this waits for the files and lines of what
    /// was being called; the instance is dead then, whether it is waited for or not.
    pub(crate) async fn finish<R>(
        &mut self,
        result: Result<wasmtime::Result<R>, OutOfTime>,
    ) -> Result<R, Fault> {
        let (mut fault, called) = match self.over(result) {
            Ok(value) => {
                self.store.data().tell_of_discarded_errors();
                return Ok(value);
            }
            Err(why) => why,
        };
        let places: Vec<_> = called.iter().filter_map(|called| called.place).collect();
        let known = match &self.lines {
            Some(lines) if !places.is_empty() => lines.of(&places).await,
            _ => HashMap::new(),
        };
        fault.backtrace = Frames::new(backtrace(&called, |place| known.get(&place)));
        Err(fault)
    }

    /// What a call returned, or why it did not, and what was being called then.
    fn over<R>(
        &mut self,
        result: Result<wasmtime::Result<R>, OutOfTime>,
    ) -> Result<R, (Fault, Vec<Called>)> {
        self.refused = self.store.data_mut().take_refused();
        let error = match result {
            Ok(Ok(value)) => {
                self.life = Life::Idle;
                return Ok(value);
            }
            Ok(Err(error)) => Some(error),
            Err(OutOfTime) => None,
        };
        let call = match self.life {
            Life::Busy(call) => call,
            Life::Idle | Life::Dead(_) => "a call",
        };
        let state = self.store.data();
        let fault = from_wasmtime::fault(
            error.as_ref(),
            &Circumstances {
                call,
                methods: self.note.methods(call),
                limits: &self.limits,
                over_cpu: self.cpu.is_over(),
                refused_memory: state.memory.refused(),
                stderr: state.stderr.text(),
                refused: &self.refused,
                masks: &state.log.masks,
            },
        );
        let called = error.as_ref().map(called).unwrap_or_default();
        Err((self.kill(fault), called))
    }

    /// Stores what the last call has changed in the state of its task, if it went well.
    /// Without this it is forgotten when the next call begins.
    pub(crate) async fn commit(&mut self) -> Result<(), Fault> {
        let Some((store, changes)) = self.store.data_mut().kept.commit() else {
            return Ok(());
        };
        // What is given up half-way may be stored or not: the instance cannot know.
        self.life = Life::Busy("commit");
        match store.commit(changes).await {
            Ok(()) => {
                self.life = Life::Idle;
                Ok(())
            }
            Err(failure) => Err(self.kill(Fault::new(
                FaultKind::State,
                format!("its state could not be stored: {failure}"),
            ))),
        }
    }

    /// What must not be shown.
    pub(crate) fn masks(&self) -> &Masks {
        &self.store.data().log.masks
    }

    /// What the component returned as its error.
    pub(crate) fn returned<R>(&mut self, result: Result<R, String>) -> Result<R, CallError> {
        result.map_err(|reason| {
            let state = self.store.data_mut();
            state.kept.forget();
            CallError::Returned(said(reason, &state.log.masks, &self.refused))
        })
    }

    /// Ends the instance with this fault.
    pub(crate) fn kill(&mut self, fault: Fault) -> Fault {
        self.life = Life::Dead(fault.message.to_string());
        self.store.data_mut().kept.forget();
        fault
    }

    /// Bytes of its linear memories and tables.
    pub(crate) fn memory(&self) -> u64 {
        self.store.data().memory.used()
    }

    /// Whether it wanted more memory in its last call than it may have.
    pub(crate) fn lacked_memory(&self) -> bool {
        matches!(self.store.data().memory.refused(), Some(Refused::Limit(_)))
    }

    /// What it may use.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

fn dead(why: &str) -> Fault {
    Fault::new(FaultKind::Dead, format!("the instance is dead: {why}"))
}
