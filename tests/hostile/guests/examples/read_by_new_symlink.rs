//! Makes a symbolic link that leads out of its folder, and reads it.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let _ = data().symlink_at("../secret", "new");
        let secret = std::fs::read_to_string("/data/new");
        Err(match secret {
            Ok(secret) => format!("it got out: {secret}"),
            Err(error) => format!("refused: {error}"),
        })
    }
}

/// The folder that it was granted.
fn data() -> wasip2::filesystem::types::Descriptor {
    let mut folders = wasip2::filesystem::preopens::get_directories().into_iter();
    let found = folders.find(|(_, path)| path == "/data");
    found.expect("the folder was granted").0
}

hostile_guests::bolt!(Attack);
