//! `stormcell dead-letter`: rows that could not be processed.
//!
//! The stores are read as files: that needs no supervisor, and does not disturb one.

mod words;

use std::path::Path;

use serde_json::json;
use stormcell_dead_letters::{Folder, Store, StoreError, StoredLetter};
use stormcell_protocol::DataDir;

use crate::args::{DeadLetterArgs, DeadLetterCommand, LettersAt};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::{format, state};

/// Lists, shows, replays or drops letters.
pub(crate) fn run(args: &DeadLetterArgs, console: &Console) -> Result<CommandOutput, Failure> {
    match &args.command {
        DeadLetterCommand::List {
            topology,
            limit,
            at,
        } => list(&folder(at, console), topology.as_deref(), *limit),
        DeadLetterCommand::Show { topology, id, at } => {
            let store = folder(at, console).store(topology);
            let letter = store.get(*id).map_err(failure)?;
            let letter = letter.ok_or_else(|| missing(&store, topology, &[*id]))?;
            Ok(CommandOutput::ok(
                words::letter(&letter),
                output::json(&letter)?,
            ))
        }
        DeadLetterCommand::Replay {
            topology,
            ids,
            all,
            at,
        } => replay(&folder(at, console).store(topology), topology, ids, *all),
        DeadLetterCommand::Drop {
            topology,
            ids,
            all,
            at,
        } => drop_letters(&folder(at, console).store(topology), topology, ids, *all),
    }
}

/// Where the letters are.
fn folder(at: &LettersAt, console: &Console) -> Folder {
    match &at.data {
        Some(data) => Folder::new(DataDir::new(data).dead_letters()),
        None => state::dead_letters(Path::new("."), console),
    }
}

fn list(folder: &Folder, topology: Option<&str>, limit: usize) -> Result<CommandOutput, Failure> {
    let topologies = match topology {
        Some(topology) => vec![topology.to_owned()],
        None => folder.topologies().map_err(|error| {
            let path = folder.path().display();
            Failure::new(Status::NoInput, format!("cannot read {path}: {error}"))
        })?,
    };
    let mut listed = Vec::new();
    for topology in topologies {
        let (counts, letters) = folder
            .store(&topology)
            .newest(None, limit)
            .map_err(failure)?;
        listed.push(words::Listed {
            topology,
            counts,
            letters,
        });
    }
    let json: Vec<_> = listed
        .iter()
        .map(|listed| {
            json!({
                "topology": listed.topology,
                "letters": listed.counts.letters,
                "bytes": listed.counts.bytes,
                "given_up": listed.counts.given_up,
                "newest": listed.letters,
            })
        })
        .collect();
    Ok(CommandOutput::ok(words::list(&listed), json.into()))
}

fn drop_letters(
    store: &Store,
    topology: &str,
    ids: &[u64],
    all: bool,
) -> Result<CommandOutput, Failure> {
    let dropped = if all {
        // Not those that come meanwhile: nobody has seen them.
        let (_, newest) = store.newest(None, 1).map_err(failure)?;
        match newest.first() {
            Some(StoredLetter { id, .. }) => store.remove_up_to(*id).map_err(failure)?,
            None => 0,
        }
    } else {
        all_there(store, topology, ids)?;
        store.remove(ids).map_err(failure)?.len() as u64
    };
    Ok(CommandOutput::ok(
        format!(
            "{} of {topology} dropped\n",
            format::of(dropped, "dead letter")
        ),
        json!({ "topology": topology, "dropped": dropped }),
    ))
}

fn replay(store: &Store, topology: &str, ids: &[u64], all: bool) -> Result<CommandOutput, Failure> {
    let ids = if all {
        let (_, letters) = store.newest(None, usize::MAX).map_err(failure)?;
        letters.iter().map(|letter| letter.id).collect()
    } else {
        all_there(store, topology, ids)?;
        ids.to_vec()
    };
    let asked = store.ask(&ids).map_err(failure)?.len() as u64;
    Ok(CommandOutput::ok(
        format!(
            "{} of {topology} to be replayed: within a second if it runs, else when it runs next\n",
            format::of(asked, "dead letter")
        ),
        json!({ "topology": topology, "replay_asked": asked }),
    ))
}

/// All or none: a number that is wrong may be a slip.
fn all_there(store: &Store, topology: &str, ids: &[u64]) -> Result<(), Failure> {
    let mut gone = Vec::new();
    for &id in ids {
        if store.get(id).map_err(failure)?.is_none() {
            gone.push(id);
        }
    }
    match gone.as_slice() {
        [] => Ok(()),
        gone => Err(missing(store, topology, gone)),
    }
}

fn missing(store: &Store, topology: &str, ids: &[u64]) -> Failure {
    let numbers: Vec<String> = ids.iter().map(u64::to_string).collect();
    let what = format!(
        "{topology} has no dead letter {} in {}: it was dropped, or given up for newer ones; \
         `stormcell dead-letter list {topology}` shows those there are",
        numbers.join(", "),
        store.path().display()
    );
    Failure::new(Status::NoInput, what)
}

fn failure(error: StoreError) -> Failure {
    let status = match error {
        StoreError::Damaged { .. } | StoreError::Newer { .. } => Status::BadData,
        StoreError::TooLarge { .. } | StoreError::Io { .. } => Status::Internal,
    };
    Failure::new(status, error.to_string())
}
