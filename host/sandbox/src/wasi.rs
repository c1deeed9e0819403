//! What an instance may reach of the system: nothing, but what it was granted.
//!
//! All of WASI 0.2 is linked, so that a component which merely imports an
//! interface starts; what is not granted answers with an error. There are no
//! arguments, no standard input, no sockets and no names of hosts.

use std::sync::Arc;

use stormcell_topology::{Access, FileGrant};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use crate::quota::Quota;
use crate::random::AT_A_TIME;
use crate::state::Surroundings;
use crate::stdio::{StderrTail, Stdio};

/// The system as an instance with these grants sees it, and the quotas of its folders, in
/// the order of the grants: `None` for one that is only read. `env`: its environment.
///
/// # Errors
/// If a granted folder cannot be opened: which grant, and why.
pub(crate) fn context(
    given: &Surroundings<'_>,
    env: &[(String, String)],
    stderr: StderrTail,
) -> Result<(WasiCtx, Vec<Option<Quota>>), String> {
    let shown = || given.grants.stdout.then(|| Arc::clone(given.sink));
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(Stdio::Out(shown()))
        .stderr(Stdio::Err(shown(), stderr))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .max_random_size(AT_A_TIME);
    for (name, value) in env {
        builder.env(name, value);
    }
    let mut quotas = Vec::with_capacity(given.grants.files.len());
    for grant in &given.grants.files {
        quotas.push(folder(&mut builder, grant, given)?);
    }
    Ok((builder.build(), quotas))
}

fn folder(
    builder: &mut WasiCtxBuilder,
    grant: &FileGrant,
    given: &Surroundings<'_>,
) -> Result<Option<Quota>, String> {
    let path = given.base_dir.join(&grant.host);
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
    match grant.access {
        Access::Read => Ok(None),
        Access::ReadWrite => {
            let quota = given.quotas.quota(&path, grant.quota);
            quota
                .map(Some)
                .map_err(|error| refused(format!("cannot be opened: {}: {error}", path.display())))
        }
    }
}
