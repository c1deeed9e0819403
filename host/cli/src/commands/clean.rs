//! `stormcell clean`: removes what builds have left and nobody needs.

use std::collections::BTreeMap;

use serde_json::json;
use stormcell_build::{BuildEnv, Removed, removable, remove, size_of};

use crate::args::CleanArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::status::Status;
use crate::table::{self, Align};
use crate::{format, state, topology_file};

/// Removes what can go, or says what that is.
pub(crate) async fn run(
    args: &CleanArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let dir = match args.path.metadata() {
        Ok(found) if found.is_dir() => args.path.clone(),
        Ok(_) => topology_file::project(&args.path),
        Err(error) => {
            let message = format!("cannot clean {}: {error}", args.path.display());
            return Err(Failure::new(Status::NoInput, message));
        }
    };
    let cancel = interrupt.cancel();
    let env = match args.dry_run {
        true if !state::path(&dir, console).is_dir() => None,
        true => Some(state::open(&dir, console, cancel)?),
        false => state::open_alone(&dir, console, cancel)?,
    };
    let Some(env) = env else {
        let root = state::path(&dir, console);
        let text = format!("{} is not there: nothing to remove\n", root.display());
        let json = json!({
            "state_dir": root, "dry_run": args.dry_run, "removed": [],
            "removed_bytes": 0, "kept_bytes": 0,
        });
        return Ok(CommandOutput::ok(text, json));
    };
    let (all, dry_run) = (args.all, args.dry_run);
    let cleaned = tokio::task::spawn_blocking(move || clean(&env, all, dry_run));
    cleaned
        .await
        .map_err(|error| Failure::new(Status::Internal, format!("cleaning failed: {error}")))?
}

fn clean(env: &BuildEnv, all: bool, dry_run: bool) -> Result<CommandOutput, Failure> {
    let before = size_of(env.root());
    let removed = removable(env, all);
    let freed: u64 = removed.iter().map(|removed| removed.bytes).sum();
    if !dry_run {
        remove(env, &removed).map_err(|error| Failure::new(Status::Internal, error.to_string()))?;
    }
    let kept = match dry_run {
        true => before.saturating_sub(freed),
        false => size_of(env.root()),
    };
    let list: Vec<_> = removed
        .iter()
        .map(|removed| json!({"kind": removed.kind, "path": removed.path, "bytes": removed.bytes}))
        .collect();
    let json = json!({
        "state_dir": env.root(),
        "dry_run": dry_run,
        "removed": list,
        "removed_bytes": freed,
        "kept_bytes": kept,
    });
    Ok(CommandOutput::ok(
        text(&removed, freed, kept, dry_run),
        json,
    ))
}

/// A line for each kind, and the sums.
fn text(removed: &[Removed], freed: u64, kept: u64, dry_run: bool) -> String {
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for removed in removed {
        let (number, bytes) = kinds.entry(removed.kind).or_default();
        *number += 1;
        *bytes += removed.bytes;
    }
    let rows = kinds
        .into_iter()
        .map(|(kind, (number, bytes))| {
            vec![kind.to_owned(), format::count(number), format::size(bytes)]
        })
        .collect();
    let columns = [
        (
            if dry_run {
                "would be removed"
            } else {
                "removed"
            },
            Align::Left,
        ),
        ("files and folders", Align::Right),
        ("size", Align::Right),
    ];
    let table = match removed {
        [] => "nothing to remove\n".to_owned(),
        _ => table::render(&columns, rows),
    };
    let (freed, kept) = (format::size(freed), format::size(kept));
    match dry_run {
        true => format!("{table}{freed} would be removed, {kept} would stay\n"),
        false => format!("{table}{freed} removed, {kept} left\n"),
    }
}
