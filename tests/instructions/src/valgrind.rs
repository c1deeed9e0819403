//! Runs one path under callgrind and reads its count.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::counter::{BEGINS, CALLS, ENDS};
use crate::error::Error;
use crate::program::HotPath;

/// Runs the load step of this program under valgrind, which shows it the processor that
/// paths will see: compiled components are for that one.
///
/// # Errors
/// If it fails.
pub(crate) fn load() -> Result<(), Error> {
    let mut command = valgrind("none")?;
    run(
        command.arg(this_program()?).arg("--load"),
        "loading what is needed",
    )
    .map(drop)
}

/// Counts a path: instructions a row. What callgrind wrote stays in the folder.
///
/// # Errors
/// If the path fails or was not counted.
pub(crate) fn count(path: &HotPath, dir: &Path) -> Result<f64, Error> {
    let file = output(dir, &path.name);
    // It is written beside what is there from before.
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::File { path: file, error });
        }
        _ => {}
    }
    let mut command = valgrind("callgrind")?;
    command
        .arg(format!("--zero-before={BEGINS}"))
        .arg(format!("--dump-before={ENDS}"))
        .arg("--combine-dumps=yes")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(this_program()?)
        .args(["--count", &path.name]);
    run(&mut command, &format!("the path `{}`", path.name))?;
    let text = std::fs::read_to_string(&file).map_err(Error::file(&file))?;
    let total = total(&text).ok_or_else(|| Error::NoCount {
        name: path.name.clone(),
        path: file,
    })?;
    Ok(total as f64 / CALLS as f64 / f64::from(path.rows))
}

/// Where callgrind writes what a path did.
pub(crate) fn output(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{}.callgrind", name.replace('/', ".")))
}

/// Instructions counted up to the marker at which counting ends: the first of the parts
/// of the output, which says why it was written and then its sum.
fn total(text: &str) -> Option<u64> {
    let reason = "desc: Trigger: --dump-before=";
    let (_, part) = text.split_once(reason)?;
    let (name, rest) = part.split_once('\n')?;
    name.contains("counting_ends").then_some(())?;
    let sum = rest
        .lines()
        .find_map(|line| line.strip_prefix("summary: "))?;
    sum.trim().parse().ok()
}

/// How the C library copies memory: without `rep movsb` and `rep stosb`, of which valgrind
/// counts an instruction a byte. Whether the C library takes those depends on where the
/// bytes happen to lie, so two builds of the same code differed by 60 instructions a row
/// (glibc, `sysdeps/x86_64/multiarch/memmove-vec-unaligned-erms.S`).
const COPIES: &str = "glibc.cpu.hwcaps=-ERMS,-FSRM";

/// The environment lies on the stack of the process, so it is the same everywhere.
fn valgrind(tool: &str) -> Result<Command, Error> {
    let mut command = Command::new(find("valgrind").map_err(Error::NoValgrind)?);
    command
        .arg(format!("--tool={tool}"))
        .arg("--quiet")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("GLIBC_TUNABLES", COPIES)
        .stdin(Stdio::null());
    Ok(command)
}

/// The file of a command.
fn find(name: &str) -> io::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&path).map(|dir| dir.join(name));
    files
        .find(|file| file.is_file())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is none in PATH"))
}

fn run(command: &mut Command, what: &str) -> Result<(), Error> {
    let output = command.output().map_err(Error::NoValgrind)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        what: what.to_owned(),
        status: output.status,
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn this_program() -> Result<PathBuf, Error> {
    std::env::current_exe().map_err(Error::file("this program"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As callgrind 3.19 writes it, without costs.
    const OUTPUT: &str = "# callgrind format\nversion: 1\npid: 1\ncmd: x\npart: 1\n\n\n\
        desc: I1 cache: \ndesc: Timerange: Basic block 0 - 10\n\
        desc: Trigger: --dump-before=a::counter::counting_ends\n\n\
        positions: line\nevents: Ir\nsummary: 4711\n\n\npart: 2\n\
        desc: Trigger: Program termination\nsummary: 815\n";

    #[test]
    fn the_count_is_that_of_the_part_that_the_marker_ended() {
        assert_eq!(total(OUTPUT), Some(4711));
    }

    #[test]
    fn without_the_marker_there_is_no_count() {
        let ended = OUTPUT.replace(
            "--dump-before=a::counter::counting_ends",
            "Program termination",
        );
        assert_eq!(total(&ended), None);
        assert_eq!(total(""), None);
    }
}
