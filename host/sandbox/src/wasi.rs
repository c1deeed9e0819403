//! What an instance may reach of the system: nothing, but what it was granted.
//!
//! All of WASI 0.2 is linked, so that a component which merely imports an
//! interface starts; what is not granted answers with an error. There are no
//! arguments, no standard input, no sockets and no names of hosts.

use std::sync::Arc;

use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use crate::random::AT_A_TIME;
use crate::state::Surroundings;
use crate::stdio::{StderrTail, Stdio};
use crate::task_log::TaskLog;

/// The system as an instance with these grants sees it, without its folders
/// ([`crate::granted`]). `env`: its environment; `log`: takes its output, if that is granted.
pub(crate) fn context(
    given: &Surroundings<'_>,
    env: &[(String, String)],
    log: &Arc<TaskLog>,
    stderr: StderrTail,
) -> WasiCtx {
    let shown = given.grants.stdout;
    let shown_log = shown.then(|| Arc::clone(log));
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(Stdio::Out {
            log: Arc::clone(log),
            shown,
        })
        .stderr(Stdio::Err(shown_log, stderr))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(AT_A_TIME);
    for (name, value) in env {
        builder.env(name, value);
    }
    builder.build()
}
