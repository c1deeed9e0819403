//! Makes a test of each attack: `suite/attacks.rs` must have a function of its name, and
//! have none that is of no attack.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let here = Path::new(&here);
    let mut tests = String::new();
    for name in names(&here.join("guests/examples"))? {
        test(&mut tests, &name, &format!("Guest::built(\"{name}\")"));
    }
    for name in names(&here.join("suite/bombs"))? {
        let guest = format!("Guest::made(\"{name}\", bombs::{name}::component)");
        test(&mut tests, &name, &guest);
    }
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("tests.rs"), tests)
}

fn test(tests: &mut String, name: &str, guest: &str) {
    let _ = writeln!(
        tests,
        "#[test]\nfn {name}() {{\n    attacks::{name}({guest});\n}}"
    );
}

/// The names of the files in a folder, without `.rs`.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(name) = path.file_stem().and_then(|name| name.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
