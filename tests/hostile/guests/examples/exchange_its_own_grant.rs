//! Is granted a folder, and one in it. Puts a link that leads out in the place of the inner
//! one, and traps, so that its next instance is given what the link leads to.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        if let Ok(secret) = std::fs::read_to_string("/inner/secret") {
            return Err(format!("it got out: {secret}"));
        }
        let data = data();
        data.rename_at("inner", &data, "before")
            .map_err(|error| format!("{error:?}"))?;
        data.symlink_at("..", "inner")
            .map_err(|error| format!("{error:?}"))?;
        panic!("its link is made");
    }
}

/// The outer folder.
fn data() -> wasip2::filesystem::types::Descriptor {
    let mut folders = wasip2::filesystem::preopens::get_directories().into_iter();
    let found = folders.find(|(_, path)| path == "/data");
    found.expect("the folder was granted").0
}

hostile_guests::bolt!(Attack);
