//! Writes to a folder that it may only read, in every way that there is.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        use std::fs::{OpenOptions, create_dir, hard_link, remove_file, rename, write};
        let mut done = vec![];
        let mut tried = |what: &str, result: std::io::Result<()>| {
            if result.is_ok() {
                done.push(what.to_owned());
            }
        };
        tried("write", write("/data/new", "mine"));
        tried("overwrite", write("/data/mine", "mine"));
        let mut options = OpenOptions::new();
        tried("append", options.append(true).open("/data/mine").map(drop));
        let mut options = OpenOptions::new();
        tried(
            "truncate",
            options
                .write(true)
                .truncate(true)
                .open("/data/mine")
                .map(drop),
        );
        tried("delete", remove_file("/data/mine"));
        tried("rename", rename("/data/mine", "/data/other"));
        tried("link", hard_link("/data/mine", "/data/other"));
        tried("folder", create_dir("/data/folder"));
        Err(match done.as_slice() {
            [] => "refused: everything".to_owned(),
            done => format!("it got out: {done:?}"),
        })
    }
}

hostile_guests::bolt!(Attack);
