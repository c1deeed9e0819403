//! A target among the tests.

use std::path::{Path, PathBuf};

use crate::inputs;

/// The inputs that are made for a target that does not say otherwise.
pub const MADE: u64 = 4_000;

/// Where a target is.
#[derive(Debug)]
pub struct Place {
    /// The folder of its package.
    pub package: &'static str,
    /// Its file, from the root of the workspace or of the package.
    pub file: &'static str,
    /// Its name.
    pub target: &'static str,
}

impl Place {
    /// The files of its corpus and of its crashes, in the order of their names.
    fn files(&self) -> Vec<PathBuf> {
        let mut folders = Path::new(self.package).ancestors();
        let Some(file) = folders.find_map(|folder| {
            let file = folder.join(self.file);
            file.exists().then_some(file)
        }) else {
            return Vec::new();
        };
        let folder = file.with_file_name("__fuzz__").join(self.target);
        let mut files: Vec<PathBuf> = ["corpus", "crashes"]
            .iter()
            .filter_map(|kind| std::fs::read_dir(folder.join(kind)).ok())
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect();
        files.sort();
        files
    }
}

/// Gives a target its files, and so many inputs that are made of them and of nothing: the
/// same each time.
pub fn among_tests(place: &Place, made: u64, target: impl Fn(&[u8])) {
    let mut files = Vec::new();
    for path in place.files() {
        let Ok(input) = std::fs::read(&path) else {
            continue;
        };
        give(place, &path.display().to_string(), &input, &target);
        files.push(input);
    }
    for number in 0..made {
        let input = inputs::input(number, &files);
        give(place, &format!("input {number}"), &input, &target);
    }
}

fn give(place: &Place, name: &str, input: &[u8], target: impl Fn(&[u8])) {
    let told = Told { place, name, input };
    target(told.input);
}

/// Says at which input a target failed.
struct Told<'a> {
    place: &'a Place,
    name: &'a str,
    input: &'a [u8],
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { place, name, input } = self;
            let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!(
                "the fuzz target `{}` failed at {name}, {} bytes. To keep them, beside {}:\n  \
                 echo {hex} | xxd -r -p > __fuzz__/{}/crashes/NAME",
                place.target,
                input.len(),
                place.file,
                place.target,
            );
        }
    }
}
