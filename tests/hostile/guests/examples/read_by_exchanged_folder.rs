//! Opens files in a folder that somebody exchanges for a link which leads out, again and
//! again: until it was let in often, and turned away often.

use hostile_guests::*;

/// How often each must have happened.
const OFTEN: u32 = 200;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let (mut read, mut refused) = (0, 0);
        while read < OFTEN || refused < OFTEN {
            match std::fs::read_to_string("/data/folder/file") {
                Ok(text) if text == "mine" => read += 1,
                Ok(text) => return Err(format!("it got out: {text}")),
                Err(_) => refused += 1,
            }
            // It must not come to be where the link leads.
            let _ = std::fs::write("/data/folder/new", "new");
            let _ = std::fs::create_dir("/data/folder/made");
            let _ = std::fs::rename("/data/mine", "/data/folder/moved");
            let _ = std::fs::rename("/data/folder/moved", "/data/mine");
            let _ = std::fs::remove_file("/data/folder/other");
        }
        Err("refused: often".to_owned())
    }
}

hostile_guests::bolt!(Attack);
