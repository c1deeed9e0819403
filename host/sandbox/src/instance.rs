//! One instance and its store: what is common to all worlds.
//!
//! Every call goes the same way: [`Instance::begin`] sets the limits, the call
//! runs under `bounds` ([`Bounds::run`]), and [`Instance::finish`] says what became of
//! it. A call that does not come back in order (a trap, a limit, invalid output, a
//! future that was dropped half-way) leaves the instance dead: what is in its
//! memory then is anybody's guess.

use std::borrow::Cow;
use std::sync::Arc;

use stormcell_topology::{Limits, plain_text};
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::clock;
use crate::cpu::CpuMeter;
use crate::fault::from_wasmtime::{self, Circumstances};
use crate::state::{State, Surroundings};
use crate::wait::{Bounds, OutOfTime};
use crate::{CallError, Fault, FaultKind};

/// What a guest may hand to a host function is bounded like what it returns, but
/// not below this: a log line must fit under any limit.
const HOSTCALL_BYTES: u64 = 64 << 10;

/// The slices of a call that does not give way at once: 20 ms. Slices pass while the
/// kernel runs other processes, too, so a few would not do on a busy machine.
const IN_ONE_GO: u64 = 10;

/// Handles that the parts of a component may hold among them, for each resource that it
/// may have open: one part may hold the resource of another.
const HANDLES_A_RESOURCE: usize = 2;

/// An error message of a component is cut after this many bytes.
pub(crate) const REASON: usize = 64 << 10;

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
            bounds: Bounds::new(Arc::clone(&cpu), &limits, given.shares.cloned()),
            cpu,
            limits,
            life: Life::Idle,
            refused: Vec::new(),
        };
        // Start functions are guest code: they run under the limits of a call.
        instance.begin("instantiate")?;
        let call = component.instantiate_async(&mut instance.store);
        let result = instance.bounds.run(call).await;
        let exports = instance.finish(result).map_err(|mut fault| {
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

    /// A call is over.
    pub(crate) fn finish<R>(
        &mut self,
        result: Result<wasmtime::Result<R>, OutOfTime>,
    ) -> Result<R, Fault> {
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
        let mut fault = from_wasmtime::fault(
            error.as_ref(),
            &Circumstances {
                call,
                limits: &self.limits,
                over_cpu: self.cpu.is_over(),
                refused_memory: state.memory.refused(),
                stderr: state.stderr.text(),
            },
        );
        self.mask(&mut fault.message);
        tell_refused(&mut fault.message, &self.refused);
        Err(self.kill(fault))
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
            Err(failure) => Err(self.kill(Fault {
                kind: FaultKind::State,
                message: format!("its state could not be stored: {failure}"),
                backtrace: Vec::new(),
            })),
        }
    }

    /// Takes secrets out of a text that is shown.
    pub(crate) fn mask(&self, text: &mut String) {
        self.store.data().masks.mask(text);
    }

    /// What the component returned as its error.
    pub(crate) fn returned<R>(&mut self, result: Result<R, String>) -> Result<R, CallError> {
        result.map_err(|mut reason| {
            self.store.data_mut().kept.forget();
            self.mask(&mut reason);
            cut(&mut reason);
            tell_refused(&mut reason, &self.refused);
            CallError::Returned(reason)
        })
    }

    /// Ends the instance with this fault.
    pub(crate) fn kill(&mut self, fault: Fault) -> Fault {
        self.life = Life::Dead(fault.message.clone());
        self.store.data_mut().kept.forget();
        fault
    }

    /// Bytes of its linear memories and tables.
    pub(crate) fn memory(&self) -> u64 {
        self.store.data().memory.used()
    }

    /// What it may use.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Makes a text of a component fit for people: cut to [`REASON`] bytes, with nothing that
/// a terminal would obey.
pub(crate) fn cut(reason: &mut String) {
    reason.truncate(reason.floor_char_boundary(REASON));
    if let Cow::Owned(plain) = plain_text::lines(reason) {
        *reason = plain;
        reason.truncate(reason.floor_char_boundary(REASON));
    }
}

/// Adds to an error what the host refused: to the component that was only a number.
fn tell_refused(message: &mut String, refused: &[String]) {
    for note in refused {
        message.push_str("\nThe host says: ");
        message.push_str(note);
    }
}

fn dead(why: &str) -> Fault {
    Fault {
        kind: FaultKind::Dead,
        message: format!("the instance is dead: {why}"),
        backtrace: Vec::new(),
    }
}
