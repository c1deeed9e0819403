//! The side of the parent: starts a compiler process, and takes its code.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};

use rustix::process::Signal;
use stormcell_topology::plain_text::{SAID, bounded};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::frame::{ANSWER_HEADER, Kind, Request, read_header};
use super::usage::Usage;
use super::{CompileLimits, CompilerProcess};

/// How much of what a compiler process complains of is kept.
const COMPLAINTS: u64 = 4 << 10;

/// What Rust prints when an allocation fails, before it ends the process.
const NO_MEMORY: &str = "memory allocation of";

/// Why there is no code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The process could not be started.
    Start(io::Error),
    /// The component is not valid: the reason of the compiler.
    Invalid(String),
    /// It went over its computing time, or over what may pass by the clock.
    Time(Usage),
    /// It went over its memory.
    Memory(Usage),
    /// The compiler ended without an answer, or cannot work: how, for people.
    Broken(String),
}

/// What a compiler process said.
type Answer = Option<(Kind, Vec<u8>)>;

/// Compiles a component for the engine with this hash. The process is killed when this
/// is dropped.
pub(crate) async fn compile(
    process: &CompilerProcess,
    engine: &[u8; 32],
    component: &[u8],
) -> Result<Vec<u8>, Failure> {
    let limits = process.limits;
    let mut child = Command::new(&process.program)
        // Secrets may be in it.
        .env_clear()
        .args(&process.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A Ctrl-C in the terminal is for the parent, which ends it then.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(Failure::Start)?;
    let request = Request {
        limits,
        engine: *engine,
        length: component.len() as u64,
    };
    let mut usage = Usage::default();
    let pid = child.id();
    let ended = tokio::select! {
        ended = talk(&mut child, &request, component) => Some(ended.map_err(Failure::Start)?),
        () = usage.watch(pid) => None,
        () = tokio::time::sleep(limits.clock()) => None,
    };
    let Some((answer, complaints, status)) = ended else {
        let _ = child.kill().await;
        return Err(Failure::Time(usage));
    };
    match answer {
        Some((Kind::Code, code)) => Ok(code),
        Some((Kind::Invalid, reason)) => Err(Failure::Invalid(text(&reason))),
        Some((Kind::NoMemory, _)) => Err(Failure::Memory(usage)),
        Some((Kind::Unable, why)) => Err(Failure::Broken(text(&why))),
        None => Err(without_answer(limits, status, &complaints, usage)),
    }
}

/// Gives a child its work, and waits for its answer and its end.
async fn talk(
    child: &mut Child,
    request: &Request,
    component: &[u8],
) -> io::Result<(Answer, String, ExitStatus)> {
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    let mut stdin = child.stdin.take().ok_or_else(gone)?;
    let stdout = child.stdout.take().ok_or_else(gone)?;
    let stderr = child.stderr.take().ok_or_else(gone)?;
    let give = async {
        // One that has ended says by its end why it took no more.
        let _ = stdin.write_all(&request.encode()).await;
        let _ = stdin.write_all(component).await;
        let _ = stdin.flush().await;
    };
    let most = request.limits.memory;
    let ((), answer, complaints) = tokio::join!(give, answer(stdout, most), complaints(stderr));
    // Open until here: a child whose standard input is closed is not wanted any more.
    drop(stdin);
    let status = child.wait().await?;
    Ok((answer, complaints, status))
}

/// The answer, if it comes whole. Code is not longer than the memory that the child has,
/// and words are not longer than an error.
async fn answer(mut from: impl AsyncRead + Unpin, most: u64) -> Answer {
    let mut header = [0; ANSWER_HEADER];
    from.read_exact(&mut header).await.ok()?;
    let (kind, length) = read_header(header)?;
    // Words are cut by whoever says them, but a child may have been taken over.
    let most = match kind {
        Kind::Code => most,
        Kind::Invalid | Kind::NoMemory | Kind::Unable => SAID as u64,
    };
    if length > most {
        return None;
    }
    // No memory for what is only announced.
    let mut content = Vec::new();
    let mut rest = from.take(length);
    rest.read_to_end(&mut content).await.ok()?;
    (content.len() as u64 == length).then_some((kind, content))
}

/// The beginning of what a child writes to its standard error.
async fn complaints(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    // What cannot be read is not there.
    let _ = (&mut from).take(COMPLAINTS).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    text(&kept)
}

/// What a compiler said, which may name parts of the component by what their author wrote.
fn text(bytes: &[u8]) -> String {
    bounded(SAID, String::from_utf8_lossy(bytes).trim())
}

/// Why a process that has ended has said nothing.
fn without_answer(
    limits: CompileLimits,
    status: ExitStatus,
    complaints: &str,
    usage: Usage,
) -> Failure {
    let by = |signal: Signal| status.signal() == Some(signal.as_raw());
    if by(Signal::XCPU) {
        return Failure::Time(Usage {
            time: usage.time.max(limits.time),
            ..usage
        });
    }
    if complaints.contains(NO_MEMORY) {
        return Failure::Memory(usage);
    }
    let said = match complaints {
        "" => String::new(),
        complaints => format!(": {complaints}"),
    };
    let killed = if by(Signal::KILL) {
        ", perhaps for want of memory on this machine"
    } else {
        ""
    };
    Failure::Broken(format!("its process ended by {status}{killed}{said}"))
}

#[cfg(test)]
mod tests;
