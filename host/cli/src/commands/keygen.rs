//! `stormcell keygen`: a key to sign components with.

use std::ffi::OsString;
use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::json;
use stormcell_signatures::PrivateKey;

use crate::args::KeygenArgs;
use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::status::Status;

/// Makes a key and writes its two files.
pub(crate) fn run(args: &KeygenArgs) -> Result<CommandOutput, Failure> {
    let mut random = [0; 32];
    let internal = |error: String| Failure::new(Status::Internal, error);
    getrandom::fill(&mut random)
        .map_err(|error| internal(format!("the system has no random numbers: {error}")))?;
    let private = PrivateKey::of_random(&random);
    let public = private.public();
    let secret = private
        .to_pem()
        .map_err(|error| internal(error.to_string()))?;
    let open = public
        .to_pem()
        .map_err(|error| internal(error.to_string()))?;
    let (key, trusted) = (file(&args.name, ".key"), file(&args.name, ".pub"));
    write(&key, &secret, 0o600)?;
    write(&trusted, &open, 0o644).inspect_err(|_| {
        // Half a pair is of no use, and would be in the way the next time.
        let _ = std::fs::remove_file(&key);
    })?;
    let text = format!(
        "{}\n  signs:    {} (keep it to yourself)\n  verifies: {} (serve --trusted-key)\n",
        public.id(),
        key.display(),
        trusted.display()
    );
    let json = json!({ "key": public.id(), "private": key, "public": trusted });
    Ok(CommandOutput::ok(text, json))
}

fn file(name: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(name);
    path.push(ending);
    path.into()
}

/// Writes a file that was not there.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| {
            // Whatever the umask has taken away.
            file.set_permissions(Permissions::from_mode(mode))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
    written.map_err(|error| {
        let path = path.display();
        Failure::new(
            Status::Failed,
            match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    format!("{path} is there already, and a key is never written over")
                }
                _ => format!("cannot write {path}: {error}"),
            },
        )
    })
}
