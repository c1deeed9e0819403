//! `wasi:random`: seeded or the system's, with a limit on what may be asked for.
//!
//! Seeded numbers are those of ChaCha12 under a key that is made of the names of the
//! topology and the component and of the index of the task. So each instance of a task
//! gets the same ones, wherever it runs, and other tasks get others. They are no secret.
//!
//! Making random numbers is computing that the host does for a guest: an epoch does not
//! interrupt it, and no memory of the guest bounds it. So each request is bounded, and
//! all requests of a second together (`limits.random-bytes`). A guest cannot be told to
//! ask again later, for the interface has no such answer; a call that asks for more ends
//! in a fault.

use std::time::Instant;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use stormcell_topology::Random;
use wasmtime::component::{HasSelf, Linker};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};

use crate::state::State;

/// Bytes that may be asked for at a time: about as many as the host makes within the
/// time for which a guest may compute without a pause.
pub(crate) const AT_A_TIME: u64 = 1 << 20;

/// The bytes of a number.
const NUMBER: u64 = size_of::<u64>() as u64;

/// The random numbers of an instance.
pub(crate) enum Numbers {
    /// Those of the operating system.
    Real,
    /// Those of its task.
    Seeded {
        rng: Box<ChaCha12Rng>,
        /// What it is given to seed its own hash tables.
        seed: (u64, u64),
    },
}

impl Numbers {
    /// `task`: whose they are, as [`seed_of`] says.
    pub(crate) fn new(granted: Random, task: [u8; 32]) -> Self {
        match granted {
            Random::Real => Self::Real,
            Random::Seeded => {
                let mut rng = Box::new(ChaCha12Rng::from_seed(task));
                let seed = (rng.next_u64(), rng.next_u64());
                Self::Seeded { rng, seed }
            }
        }
    }
}

/// The key of what has these names, which no other list of names has.
pub(crate) fn seed_of(names: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for name in names {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
    }
    hash.finalize().into()
}

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
        match self.random.lock().take(bytes, Instant::now()) {
            true => Ok(()),
            false => Err(TooMuch::InASecond),
        }
    }
}

impl State {
    /// So many bytes, of which it was found that it may have them.
    fn seeded_bytes(&mut self, len: u64) -> Option<Vec<u8>> {
        let Numbers::Seeded { rng, .. } = &mut self.numbers else {
            return None;
        };
        let mut bytes = vec![0; len.min(AT_A_TIME) as usize];
        rng.fill_bytes(&mut bytes);
        Some(bytes)
    }
}

impl random::Host for State {
    fn get_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw(len)?;
        match self.seeded_bytes(len) {
            Some(bytes) => Ok(bytes),
            None => random::Host::get_random_bytes(self.ctx().ctx.random(), len),
        }
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.draw(NUMBER)?;
        match &mut self.numbers {
            Numbers::Seeded { rng, .. } => Ok(rng.next_u64()),
            Numbers::Real => random::Host::get_random_u64(self.ctx().ctx.random()),
        }
    }
}

impl insecure::Host for State {
    fn get_insecure_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw(len)?;
        match self.seeded_bytes(len) {
            Some(bytes) => Ok(bytes),
            None => insecure::Host::get_insecure_random_bytes(self.ctx().ctx.random(), len),
        }
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.draw(NUMBER)?;
        match &mut self.numbers {
            Numbers::Seeded { rng, .. } => Ok(rng.next_u64()),
            Numbers::Real => insecure::Host::get_insecure_random_u64(self.ctx().ctx.random()),
        }
    }
}

/// The seed is the same each time: it costs nothing.
impl insecure_seed::Host for State {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        match &self.numbers {
            Numbers::Seeded { seed, .. } => Ok(*seed),
            Numbers::Real => insecure_seed::Host::insecure_seed(self.ctx().ctx.random()),
        }
    }
}
