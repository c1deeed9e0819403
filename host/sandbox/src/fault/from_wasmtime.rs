//! From the engine's errors to faults.

use std::fmt::Write;
use std::time::Duration;

use stormcell_topology::Limits;
use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::{Fault, FaultKind};

/// What was known when a call failed.
pub(crate) struct Circumstances<'a> {
    pub(crate) call: &'a str,
    pub(crate) limits: &'a Limits,
    pub(crate) over_cpu: bool,
    pub(crate) refused_memory: Option<u64>,
    /// The end of what was written to standard error in the call.
    pub(crate) stderr: String,
}

/// An instance could not be made.
pub(crate) fn start(message: String) -> Fault {
    Fault {
        kind: FaultKind::Start,
        message,
        backtrace: Vec::new(),
    }
}

/// What a call came to that ended with this error, or with none because it waited
/// for the host too long.
pub(crate) fn fault(error: Option<&wasmtime::Error>, known: &Circumstances<'_>) -> Fault {
    let Circumstances { call, limits, .. } = known;
    let time = human_time(limits.call_time);
    let (kind, mut message) = match error {
        None => (
            FaultKind::HostTime,
            format!(
                "the component waited more than its {time} for the host in one call of `{call}` \
                 (limits.call-time): it sleeps, or reads a file that does not answer"
            ),
        ),
        Some(_) if known.over_cpu => (
            FaultKind::CpuTime,
            format!(
                "the component used more than its {time} of CPU time in one call of `{call}` \
                 (limits.call-time)"
            ),
        ),
        Some(error) => match known.refused_memory {
            Some(wanted) => (
                FaultKind::Memory,
                format!(
                    "the component needs more memory than its {} (limits.memory): it asked for \
                     {} in `{call}`, and then failed: {}",
                    human_bytes(limits.memory),
                    human_bytes(wanted),
                    reason(error)
                ),
            ),
            None => other(error, known),
        },
    };
    if !known.stderr.is_empty() {
        let _ = write!(message, "\nIt wrote to standard error:\n{}", known.stderr);
    }
    Fault {
        kind,
        message,
        backtrace: error.map(backtrace).unwrap_or_default(),
    }
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
    (
        FaultKind::Trap,
        format!("the component trapped in `{call}`: {}", reason(error)),
    )
}

/// The engine's reason, without the backtrace that it puts around it.
fn reason(error: &wasmtime::Error) -> String {
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => {
            "its call stack is exhausted (1 MiB): it recurses too deeply".to_owned()
        }
        Some(Trap::UnreachableCodeReached) => {
            "it aborted (the WebAssembly instruction `unreachable`)".to_owned()
        }
        Some(Trap::MemoryOutOfBounds) => {
            "it reached outside of its memory (in Rust and C too deep a recursion ends like this)"
                .to_owned()
        }
        Some(trap) => trap.to_string(),
        None => error
            .chain()
            .map(ToString::to_string)
            .filter(|text| !text.starts_with("error while executing at wasm backtrace"))
            .collect::<Vec<_>>()
            .join(": "),
    }
}

/// The engine does not export the type of this error.
fn is_out_of_hostcall_fuel(error: &wasmtime::Error) -> bool {
    error
        .root_cause()
        .to_string()
        .contains("fuel allocated for hostcalls has been exhausted")
}

/// Whether the system gives the process no more memory or mappings (`ENOMEM`). The engine
/// does not export the type of this error either.
fn is_out_of_mappings(error: &wasmtime::Error) -> bool {
    let text = error.root_cause().to_string();
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

/// The functions that were being called, innermost first. Where the component has
/// debug information, those that the compiler inlined are there as well.
fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for frame in trace.frames() {
        let function = || match frame.func_name() {
            Some(name) => demangled(name),
            None => format!("function {}", frame.func_index()),
        };
        if frame.symbols().is_empty() {
            lines.push(function());
        }
        for symbol in frame.symbols() {
            let mut line = symbol.name().map_or_else(function, demangled);
            if let Some(file) = symbol.file() {
                let _ = write!(line, " at {file}");
                if let Some(number) = symbol.line() {
                    let _ = write!(line, ":{number}");
                }
            }
            lines.push(line);
        }
    }
    lines
}

/// The name as it stands in the source, without the hash of Rust's compiler.
fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// As in `limits` of a topology file.
fn human_bytes(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB"];
    let power = (bytes.max(1).ilog2() / 10).min(3);
    let unit = units.get(power as usize).copied().unwrap_or("bytes");
    let whole = 1_u64 << (10 * power);
    if bytes.is_multiple_of(whole) {
        format!("{} {unit}", bytes / whole)
    } else {
        format!("{:.1} {unit}", bytes as f64 / whole as f64)
    }
}

fn human_time(time: Duration) -> String {
    format!("{time:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_without_mappings_says_what_to_do() {
        let enomem = std::io::Error::from_raw_os_error(12);
        let error = wasmtime::Error::from(enomem).context("mmap failed");
        let limits = Limits::default();
        let known = Circumstances {
            call: "instantiate",
            limits: &limits,
            over_cpu: false,
            refused_memory: None,
            stderr: String::new(),
        };
        let fault = fault(Some(&error), &known);
        assert_eq!(fault.kind, FaultKind::Start);
        assert!(
            fault.message.starts_with(
                "there is no room for another instance in this process (mmap failed: "
            ) && fault.message.contains("vm.max_map_count"),
            "{}",
            fault.message
        );
    }

    #[test]
    fn sizes_are_said_as_they_are_written() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 bytes"),
            (64 << 10, "64 KiB"),
            (1_500, "1.5 KiB"),
            (128 << 20, "128 MiB"),
            (64 << 30, "64 GiB"),
            (u64::MAX, "17179869184.0 GiB"),
        ] {
            assert_eq!(human_bytes(bytes), text);
        }
    }
}
