//! The side of the child: all that a compiler process does.

use std::io::{self, Read as _, StdinLock};

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
use stormcell_topology::plain_text::{SAID, bounded};

use super::frame::{Kind, Request, write_answer};
use crate::{cache, engine};

/// The work beside which tasks are not slowed down.
const NICE: i32 = 10;

/// The exit status of a process that nobody waits for.
const NOT_WANTED: i32 = 75;

/// All that a compiler process does ([`crate::CompilerProcess`]): bounds itself, reads a
/// component from its standard input, and writes compiled code, or why there is none, to
/// its standard output. Call it before anything else in `main`, and return from there.
///
/// If its standard input is closed, nobody waits for it any more, and it ends at once.
///
/// # Errors
/// If it was not started by [`crate::Sandbox::load`], or who started it has gone.
pub fn compile_component() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let request = Request::read(&mut input)?;
    bound(&request)?;
    let component = component(&request, &mut input)?;
    drop(input);
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(end_when_not_wanted)?;
    let (kind, content) = compile(&request, &component);
    write_answer(&mut io::stdout().lock(), kind, &content)
}

/// Sets the limits, which hold for all that follows and cannot be raised again.
fn bound(request: &Request) -> io::Result<()> {
    let limits = request.limits;
    let seconds = limits.seconds();
    for (resource, current, maximum) in [
        // At the first of the two it ends by the signal that says why.
        (Resource::Cpu, seconds, seconds.saturating_add(1)),
        (Resource::As, limits.memory, limits.memory),
        // It writes no file, not even of its memory when it crashes.
        (Resource::Fsize, 0, 0),
        (Resource::Core, 0, 0),
    ] {
        let inherited = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Rlimit {
            current: Some(current.min(inherited)),
            maximum: Some(maximum.min(inherited)),
        };
        setrlimit(resource, limit)?;
    }
    // Where that is not allowed, it is as urgent as everything else.
    let _ = nice(NICE);
    Ok(())
}

fn component(request: &Request, input: &mut StdinLock<'_>) -> io::Result<Vec<u8>> {
    let mut component = Vec::new();
    input.take(request.length).read_to_end(&mut component)?;
    if component.len() as u64 == request.length {
        Ok(component)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Ends the process when nobody waits for it: its parent keeps the other end of its
/// standard input for as long as it does.
fn end_when_not_wanted() {
    let _ = io::stdin().lock().read(&mut [0]);
    std::process::exit(NOT_WANTED);
}

fn compile(request: &Request, component: &[u8]) -> (Kind, Vec<u8>) {
    let engine = match engine::for_compiling() {
        Ok(engine) => engine,
        Err(error) => return (Kind::Unable, error.to_string().into_bytes()),
    };
    if cache::engine_hash(&engine) != request.engine {
        let why = "the program that compiles is of another version, or of other settings, than \
                   the one that runs the code";
        return (Kind::Unable, why.as_bytes().to_vec());
    }
    match engine.precompile_component(component) {
        Ok(code) => (Kind::Code, code),
        Err(error) if error.is::<wasmtime::OutOfMemory>() => (Kind::NoMemory, Vec::new()),
        Err(error) => {
            let reason = bounded(SAID, format_args!("{error:#}"));
            (Kind::Invalid, reason.into_bytes())
        }
    }
}
