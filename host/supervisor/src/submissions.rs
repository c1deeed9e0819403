//! The logs of submissions: each submission of a topology has a folder of its own for what
//! its workers and the supervisor write, so that a topology never shows what an earlier one
//! of its name wrote, and what that wrote can still be read.
//!
//! Invariants:
//! - a submission has a number that no other of its name had: numbers only grow;
//! - logs of a topology that is there are never removed;
//! - those of submissions that have ended are bounded in number and size ([`Bounds`]), the
//!   oldest are removed first, and the newest of all stays, however large it is.

mod bounds;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use stormcell_private_files as private_files;
use stormcell_protocol::DataDir;
use stormcell_protocol::api::Submission;

pub(crate) use bounds::Bounds;
use bounds::Ended;

/// What is told of a submission, beside its logs.
const ABOUT: &str = "submission.json";
/// The number that was given last.
const LAST: &str = "last";
/// More than this is not read of either file, whoever wrote it.
const LONGEST: u64 = 4096;

#[derive(Debug, Serialize, Deserialize)]
struct About {
    submitted_at: u64,
}

/// The submissions of this name whose logs are there, the earliest first.
pub(crate) fn list(data: &DataDir, topology: &str) -> io::Result<Vec<Submission>> {
    let mut found = Vec::new();
    for number in numbers(data, topology)? {
        found.extend(look(&data.logs(topology, number), number)?);
    }
    Ok(found)
}

/// The numbers of the submissions whose logs are there, from the lowest on.
fn numbers(data: &DataDir, topology: &str) -> io::Result<Vec<u32>> {
    let entries = match fs::read_dir(data.all_logs(topology)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.parse::<u32>().ok());
        // As this writes it, so that no two names are one number.
        numbers.extend(number.filter(|number| name == *number.to_string()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// What is told of a submission; `None`: it is gone.
fn look(folder: &Path, number: u32) -> io::Result<Option<Submission>> {
    let about = stormcell_regular_file::read(&folder.join(ABOUT), LONGEST);
    let about = about
        .ok()
        .and_then(|text| serde_json::from_slice::<About>(&text).ok());
    let mut submission = Submission {
        submission: number,
        submitted_at: about.map_or(0, |about| about.submitted_at),
        written_at: 0,
        bytes: 0,
        current: false,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        // Files are renamed, and removed, while they are listed.
        let Ok(found) = entry.and_then(|entry| entry.metadata()) else {
            continue;
        };
        submission.bytes += found.len();
        let written = found
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let written = written.map_or(0, |at| u64::try_from(at.as_millis()).unwrap_or(u64::MAX));
        submission.written_at = submission.written_at.max(written);
    }
    Ok(Some(submission))
}

/// Makes the folder of a new submission of this name, and says its number.
pub(crate) fn begin(data: &DataDir, topology: &str, submitted_at: u64) -> io::Result<u32> {
    private_files::inner_folder(&data.topology(topology))?;
    let all = data.all_logs(topology);
    private_files::inner_folder(&all)?;
    let there = numbers(data, topology)?.last().copied().unwrap_or_default();
    let last = stormcell_regular_file::read_to_string(&all.join(LAST), LONGEST);
    let last = last.ok().and_then(|text| text.trim().parse::<u32>().ok());
    let number = there.max(last.unwrap_or_default()).checked_add(1);
    let number =
        number.ok_or_else(|| io::Error::other("all numbers of submissions are used up"))?;
    replace(&all.join(LAST), number.to_string().as_bytes())?;
    let folder = data.logs(topology, number);
    private_files::inner_folder(&folder)?;
    let about = serde_json::to_vec(&About { submitted_at })?;
    replace(&folder.join(ABOUT), &about)?;
    Ok(number)
}

/// Writes a file whole, or leaves it as it was.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

/// Removes the logs of a submission. Says whether there were any.
pub(crate) fn remove(data: &DataDir, topology: &str, number: u32) -> io::Result<bool> {
    match fs::remove_dir_all(data.logs(topology, number)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Removes logs of submissions that have ended, of all topologies, until what is left is
/// within the bounds. `current`: which submission of each topology that is there is not to
/// be touched; 0 stands for all of its name.
pub(crate) fn keep_within(
    data: &DataDir,
    current: &BTreeMap<String, u32>,
    bounds: Bounds,
) -> io::Result<()> {
    let mut ended = Vec::new();
    for entry in fs::read_dir(data.topologies())? {
        let name = entry?.file_name();
        let Some(topology) = name.to_str() else {
            continue;
        };
        let there = current.get(topology).copied();
        if there == Some(0) {
            continue;
        }
        for submission in list(data, topology)? {
            if there != Some(submission.submission) {
                ended.push(Ended {
                    topology: topology.to_owned(),
                    submission: submission.submission,
                    written_at: submission.written_at,
                    bytes: submission.bytes,
                });
            }
        }
    }
    for Ended {
        topology,
        submission,
        ..
    } in bounds.excess(ended)
    {
        tracing::info!(
            topology,
            submission,
            "its logs are removed: others are newer"
        );
        remove(data, &topology, submission)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
