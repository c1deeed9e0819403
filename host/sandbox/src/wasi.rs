//! What an instance may reach of the system: nothing, but what it was granted.
//!
//! All of WASI 0.2 is linked, so that a component which merely imports an
//! interface starts; what is not granted answers with an error. There are no
//! arguments, no standard input, no sockets and no names of hosts.

use std::path::Path;
use std::sync::Arc;

use stormcell_topology::{Access, FileGrant, Grants};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use crate::TaskSink;
use crate::random::AT_A_TIME;
use crate::stdio::{StderrTail, Stdio};

/// The system as an instance with these grants sees it.
///
/// # Errors
/// If a granted folder cannot be opened: which grant, and why.
pub(crate) fn context(
    grants: &Grants,
    base_dir: &Path,
    sink: &Arc<dyn TaskSink>,
    stderr: StderrTail,
) -> Result<WasiCtx, String> {
    let shown = || grants.stdout.then(|| Arc::clone(sink));
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(Stdio::Out(shown()))
        .stderr(Stdio::Err(shown(), stderr))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(AT_A_TIME);
    for (name, value) in &grants.env {
        builder.env(name, value);
    }
    for grant in &grants.files {
        folder(&mut builder, grant, base_dir)?;
    }
    Ok(builder.build())
}

fn folder(builder: &mut WasiCtxBuilder, grant: &FileGrant, base_dir: &Path) -> Result<(), String> {
    let path = base_dir.join(&grant.host);
    let refused = |why: String| {
        format!(
            "grants.files: the folder `{}` (seen as `{}`) {why}",
            grant.host, grant.guest
        )
    };
    let metadata = std::fs::metadata(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            refused(format!("does not exist: {} was expected", path.display()))
        }
        _ => refused(format!("cannot be opened: {}: {error}", path.display())),
    })?;
    if !metadata.is_dir() {
        return Err(refused(format!(
            "is a file: grant the folder that it is in ({})",
            path.display()
        )));
    }
    let access = match grant.access {
        Access::Read => FsPerms::ReadOnly,
        Access::ReadWrite => FsPerms::ReadWrite,
    };
    builder
        .preopened_dir(&path, &grant.guest, access)
        .map_err(|error| refused(format!("cannot be opened: {}: {error}", path.display())))?;
    Ok(())
}
