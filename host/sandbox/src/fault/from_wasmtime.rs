//! From the engine's errors to faults.

use std::fmt::Write;
use std::time::Duration;

use stormcell_topology::Limits;
use wasmtime::component::ResourceTableError;
use wasmtime::{PoolConcurrencyLimitError, Trap};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi_http::FieldMapError;

use super::panic::{self, Panic};
use super::reason::{reason, root};
use crate::engine::WASM_STACK;
use crate::http::HEADERS;
use crate::human_bytes::human_bytes;
use crate::memory::{INSTANCES, MEMORIES, Refused, TABLES};
use crate::random::{AT_A_TIME, TooMuch};
use crate::said::said;
use crate::secrets::Masks;
use crate::{Fault, FaultKind};

/// What was known when a call failed.
pub(crate) struct Circumstances<'a> {
    pub(crate) call: &'a str,
    /// The author's methods that the call makes, if that is known.
    pub(crate) methods: Option<String>,
    pub(crate) limits: &'a Limits,
    pub(crate) over_cpu: bool,
    pub(crate) refused_memory: Option<Refused>,
    /// The end of what was written to standard error in the call.
    pub(crate) stderr: String,
    /// What the host refused to the component in the call.
    pub(crate) refused: &'a [String],
    /// What must not be shown.
    pub(crate) masks: &'a Masks,
}

#[cfg(test)]
impl<'a> Circumstances<'a> {
    /// Circumstances of which nothing is known but the call.
    pub(crate) fn of(call: &'a str, limits: &'a Limits, masks: &'a Masks) -> Self {
        Self {
            call,
            methods: None,
            limits,
            over_cpu: false,
            refused_memory: None,
            stderr: String::new(),
            refused: &[],
            masks,
        }
    }
}

/// An instance could not be made.
pub(crate) fn start(message: String) -> Fault {
    Fault::new(FaultKind::Start, message)
}

/// What a call came to that ended with this error, or with none because it was out of
/// time. What was being called is found by [`super::called::called`].
pub(crate) fn fault(error: Option<&wasmtime::Error>, known: &Circumstances<'_>) -> Fault {
    let Circumstances { call, limits, .. } = known;
    // Something else may have ended a call that is over its time by a little.
    let stopped = error.is_none_or(|error| error.downcast_ref::<Trap>() == Some(&Trap::Interrupt));
    let (kind, mut message) = match error {
        _ if known.over_cpu && stopped => (
            FaultKind::CpuTime,
            format!(
                "the component used more than its {} of CPU time in one call of `{call}` \
                 (limits.call-time)",
                human_time(limits.call_time)
            ),
        ),
        None => (
            FaultKind::HostTime,
            format!(
                "the component waited more than its {} for the host in one call of `{call}` \
                 (limits.host-time): it sleeps, or waits for a file or a server that does not answer",
                human_time(limits.host_time)
            ),
        ),
        Some(error) => match known.refused_memory {
            Some(Refused::Limit(wanted)) => (
                FaultKind::Memory,
                format!(
                    "the component needs more memory than its {} (limits.memory): it asked for \
                     {} in `{call}`, and then failed: {}",
                    human_bytes(limits.memory),
                    human_bytes(wanted),
                    reason(error)
                ),
            ),
            Some(Refused::Budget { wanted, limit }) => (
                FaultKind::WorkerMemory,
                format!(
                    "the component asked for {} more memory in `{call}`, which it may have \
                     (limits.memory: {}), but all tasks of this process together would then \
                     have more than {} (--worker-memory, or --memory of `stormcell run`), and \
                     it failed: {}",
                    human_bytes(wanted),
                    human_bytes(limits.memory),
                    human_bytes(limit),
                    reason(error)
                ),
            ),
            None => other(error, known),
        },
    };
    if let Some(methods) = &known.methods {
        let _ = write!(message, "\n`{call}` calls {methods}");
    }
    let is_told = kind == FaultKind::Trap
        && error.is_some_and(is_abort)
        && panic::last(&known.stderr).is_some_and(|panic| panic.is_all);
    if !known.stderr.is_empty() && !is_told {
        let _ = write!(message, "\nIt wrote to standard error:\n{}", known.stderr);
    }
    Fault::new(kind, said(message, known.masks, known.refused))
}

fn other(error: &wasmtime::Error, known: &Circumstances<'_>) -> (FaultKind, String) {
    let Circumstances { call, limits, .. } = known;
    if is_out_of_hostcall_fuel(error) {
        return (
            FaultKind::OutputBytes,
            format!(
                "the component handed more than its {} to the host in one call of `{call}` \
                 (limits.output-bytes; a text that is returned by itself counts 24 bytes more)",
                human_bytes(limits.output_bytes)
            ),
        );
    }
    if let Some(too_much) = error.downcast_ref::<TooMuch>() {
        return (
            FaultKind::RandomBytes,
            format!(
                "the component asked for too many random bytes in `{call}`: {} a second \
                 (limits.random-bytes), and {} at a time: {too_much}",
                human_bytes(limits.random_bytes),
                human_bytes(AT_A_TIME)
            ),
        );
    }
    if is_out_of_resources(error) {
        return (
            FaultKind::Resources,
            format!(
                "the component wanted to have more than its {} files, folders, streams and the \
                 like at a time, in `{call}` (limits.resources): it does not close what it opens",
                limits.resources
            ),
        );
    }
    if let Some(too_many) = too_many_parts(error) {
        return (
            FaultKind::Start,
            format!(
                "the component is made of too many parts: {too_many}; these numbers are the \
                 same for every component"
            ),
        );
    }
    if let Some(FieldMapError::TooManyFields | FieldMapError::TotalSizeTooBig) =
        error.downcast_ref::<FieldMapError>()
    {
        return (
            FaultKind::Trap,
            format!(
                "the component made HTTP headers of more than {} in `{call}` (the same for \
                 every component)",
                human_bytes(HEADERS as u64)
            ),
        );
    }
    if error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
        return (
            FaultKind::Stack,
            format!(
                "the component called functions deeper than its stack of {} in `{call}` (the \
                 stack is the same for every component): it recurses too deeply",
                human_bytes(WASM_STACK as u64)
            ),
        );
    }
    if let Some(limit) = error.downcast_ref::<PoolConcurrencyLimitError>() {
        return (
            FaultKind::Start,
            format!(
                "there is no room for another instance in this process ({limit}): use more \
                 workers, or fewer tasks"
            ),
        );
    }
    if is_out_of_mappings(error) {
        return (
            FaultKind::Start,
            format!(
                "there is no room for another instance in this process ({}): an instance takes \
                 4 GiB of addresses (`ulimit -v`) and at least 6 mappings of memory, of which \
                 Linux allows a process 65530 if vm.max_map_count was not changed; use more \
                 workers or fewer tasks, or raise the limit",
                reason(error)
            ),
        );
    }
    if let Some(I32Exit(code)) = error.downcast_ref::<I32Exit>() {
        return (
            FaultKind::Trap,
            format!("the component exited with status {code} in `{call}`"),
        );
    }
    if is_invalid_output(error) {
        return (
            FaultKind::InvalidOutput,
            format!(
                "the component returned something from `{call}` that the interface does not \
                 allow: {}",
                reason(error)
            ),
        );
    }
    let why = match panic::last(&known.stderr) {
        Some(Panic { place, message, .. }) if is_abort(error) => {
            format!("it panicked at {place}: {message}")
        }
        _ => reason(error),
    };
    (
        FaultKind::Trap,
        format!("the component trapped in `{call}`: {why}"),
    )
}

/// Whether the component has stopped itself.
fn is_abort(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<Trap>() == Some(&Trap::UnreachableCodeReached)
}

/// The engine does not export the type of this error.
fn is_out_of_hostcall_fuel(error: &wasmtime::Error) -> bool {
    root(error).contains("fuel allocated for hostcalls has been exhausted")
}

/// Whether the host, or the instance itself, has no room for another resource. The engine
/// does not export the type of the second of these errors.
fn is_out_of_resources(error: &wasmtime::Error) -> bool {
    matches!(
        error.downcast_ref::<ResourceTableError>(),
        Some(ResourceTableError::Full)
    ) || root(error).contains("store handle limit exceeded")
}

/// Which of the engine's counts of a component's parts is too high, if it is that. The
/// engine only says so in words: what of, and how many.
fn too_many_parts(error: &wasmtime::Error) -> Option<String> {
    let text = root(error);
    let (kind, found) = text
        .strip_prefix("resource limit exceeded: ")?
        .split_once(" count too high at ")?;
    let (kinds, most) = match kind {
        "instance" => ("core instances", INSTANCES),
        "memory" => ("memories", MEMORIES),
        "table" => ("tables", TABLES),
        _ => return Some(text),
    };
    Some(format!("{found} {kinds} or more, it may have {most}"))
}

/// Whether the system gives the process no more memory or mappings (`ENOMEM`). The engine
/// does not export the type of this error either.
fn is_out_of_mappings(error: &wasmtime::Error) -> bool {
    let text = root(error);
    text.contains("Cannot allocate memory") || text.contains("os error 12)")
}

/// Whether the values that the guest returned could not be read.
fn is_invalid_output(error: &wasmtime::Error) -> bool {
    let text = error.root_cause().downcast_ref::<std::str::Utf8Error>();
    let trap = error.downcast_ref::<Trap>();
    text.is_some()
        || matches!(
            trap,
            Some(
                Trap::StringOutOfBounds
                    | Trap::ListOutOfBounds
                    | Trap::InvalidDiscriminant
                    | Trap::InvalidChar
                    | Trap::UnalignedPointer
            )
        )
}

fn human_time(time: Duration) -> String {
    format!("{time:?}")
}

#[cfg(test)]
mod tests;
