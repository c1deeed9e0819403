//! Begins to list a folder of many files, and does so again and again.

use hostile_guests::*;

/// How often.
const LISTINGS: usize = 200;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let folders = wasip2::filesystem::preopens::get_directories();
        let (data, _) = folders.first().ok_or("no folder is granted")?;
        let mut listings = Vec::new();
        for _ in 0..LISTINGS {
            let listing = data.read_directory().map_err(|e| format!("{e:?}"))?;
            listing
                .read_directory_entry()
                .map_err(|e| format!("{e:?}"))?;
            listings.push(listing);
        }
        let mut entries = 1;
        let last = listings.last().ok_or("there is no listing")?;
        while last
            .read_directory_entry()
            .map_err(|e| format!("{e:?}"))?
            .is_some()
        {
            entries += 1;
        }
        Err(format!("{entries} entries"))
    }
}

hostile_guests::bolt!(Attack);
