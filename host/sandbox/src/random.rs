//! `wasi:random`, with a limit on what may be asked for.
//!
//! Making random numbers is computing that the host does for a guest: an epoch does not
//! interrupt it, and no memory of the guest bounds it. So each request is bounded, and
//! all requests of a second together (`limits.random-bytes`). A guest cannot be told to
//! ask again later, for the interface has no such answer; a call that asks for more ends
//! in a fault.

use std::time::Instant;

use wasmtime::component::{HasSelf, Linker};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};

use crate::state::State;

/// Bytes that may be asked for at a time: about as many as the host makes within the
/// time for which a guest may compute without a pause.
pub(crate) const AT_A_TIME: u64 = 1 << 20;

/// The bytes of a number.
const NUMBER: u64 = size_of::<u64>() as u64;

/// More was asked for than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("it asked for {0} random bytes at a time, {AT_A_TIME} is the most")]
    AtATime(u64),
    #[error("it asked for more random bytes a second than its limit")]
    InASecond,
}

/// Puts these functions in the place of those without a limit.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    random::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    insecure::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    insecure_seed::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    linker.allow_shadowing(false);
    Ok(())
}

impl State {
    fn draw(&mut self, bytes: u64) -> Result<(), TooMuch> {
        if bytes > AT_A_TIME {
            return Err(TooMuch::AtATime(bytes));
        }
        match self.random.take(bytes, Instant::now()) {
            true => Ok(()),
            false => Err(TooMuch::InASecond),
        }
    }
}

impl random::Host for State {
    fn get_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw(len)?;
        random::Host::get_random_bytes(self.ctx().ctx.random(), len)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.draw(NUMBER)?;
        random::Host::get_random_u64(self.ctx().ctx.random())
    }
}

impl insecure::Host for State {
    fn get_insecure_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw(len)?;
        insecure::Host::get_insecure_random_bytes(self.ctx().ctx.random(), len)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.draw(NUMBER)?;
        insecure::Host::get_insecure_random_u64(self.ctx().ctx.random())
    }
}

/// The seed is the same each time: it costs nothing.
impl insecure_seed::Host for State {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        insecure_seed::Host::insecure_seed(self.ctx().ctx.random())
    }
}
