//! Opens a FIFO, a socket and a device in every way there is, and a link to each.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;

use hostile_guests::*;
use wasip2::filesystem::types::{Descriptor, ErrorCode, NewTimestamp, PathFlags};

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut listed = 0;
        for entry in std::fs::read_dir("/data").map_err(|e| e.to_string())? {
            let entry = entry.map_err(|e| e.to_string())?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // To look at it is harmless.
            std::fs::metadata(entry.path()).map_err(|e| format!("{name}: {e}"))?;
            if name != "mine" {
                attack(&name)?;
                listed += 1;
            }
        }
        let mine = std::fs::read_to_string("/data/mine").map_err(|e| e.to_string())?;
        Err(format!("refused: {listed} of them, and read {mine}"))
    }
}

fn attack(name: &str) -> Result<(), String> {
    let path = format!("/data/{name}");
    let open = |options: &mut OpenOptions| options.open(&path).map(drop);
    let new = OpenOptions::new;
    let opened = [
        ("read", File::open(&path).map(drop)),
        ("write", open(new().write(true))),
        ("read and write", open(new().read(true).write(true))),
        ("append", open(new().append(true))),
        ("truncate", open(new().write(true).truncate(true))),
        ("create", open(new().write(true).create(true))),
        ("times", times(name)),
    ];
    for (way, opened) in opened {
        match opened {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
            other => return Err(format!("it got out: {way} {name}: {other:?}")),
        }
    }
    match std::fs::read_dir(&path) {
        Err(_) => Ok(()),
        Ok(_) => Err(format!("it got out: {name} is a folder")),
    }
}

/// Sets its times, for which it must be opened.
fn times(name: &str) -> std::io::Result<()> {
    let set = data().set_times_at(
        PathFlags::SYMLINK_FOLLOW,
        name,
        NewTimestamp::Now,
        NewTimestamp::Now,
    );
    set.map_err(|error| match error {
        ErrorCode::Access | ErrorCode::NotPermitted => ErrorKind::PermissionDenied.into(),
        other => std::io::Error::other(format!("{other:?}")),
    })
}

fn data() -> Descriptor {
    let mut folders = wasip2::filesystem::preopens::get_directories().into_iter();
    let found = folders.find(|(_, path)| path == "/data");
    found.expect("the folder was granted").0
}

hostile_guests::bolt!(Attack);
