//! `wasi:clocks`: the machine's, or a virtual one.
//!
//! The virtual clock of an instance begins at 1970-01-01T00:00:00Z, and only waiting moves
//! it: when a wait for a second is over it is a second later, however long that took. So
//! what a component reads depends on nothing but what it did. Waiting takes as long as it
//! says either way, and counts as time that it waits for the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use stormcell_topology::Clock;
use tokio::time::Instant;
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::clocks::WasiClocksView as _;
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use crate::state::State;

const NANOS: u64 = 1_000_000_000;

/// The clock of an instance.
#[derive(Debug)]
pub(crate) enum Clocks {
    /// That of the machine.
    Real,
    /// Its own.
    Virtual(VirtualClock),
}

impl Clocks {
    pub(crate) fn new(granted: Clock) -> Self {
        match granted {
            Clock::Real => Self::Real,
            Clock::Virtual => Self::Virtual(VirtualClock::default()),
        }
    }
}

/// Nanoseconds since the instance was made, and since the Unix epoch: they are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct VirtualClock(Arc<AtomicU64>);

impl VirtualClock {
    fn now(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// What waits until this moment.
    fn wait(&self, until: u64) -> Wait {
        let wait = Duration::from_nanos(until.saturating_sub(self.now()));
        Wait {
            clock: self.clone(),
            until,
            over: Instant::now().checked_add(wait),
            given_way: false,
        }
    }
}

/// A wait for a moment of a virtual clock.
struct Wait {
    clock: VirtualClock,
    until: u64,
    /// When it is over; `None`: never.
    over: Option<Instant>,
    given_way: bool,
}

#[async_trait]
impl Pollable for Wait {
    async fn ready(&mut self) {
        match self.over {
            None => std::future::pending().await,
            Some(_) if self.until <= self.clock.now() => {
                // One that asks without end whether something else has come lets it come.
                if !std::mem::replace(&mut self.given_way, true) {
                    tokio::task::yield_now().await;
                }
            }
            Some(over) => {
                tokio::time::sleep_until(over).await;
                self.clock.0.fetch_max(self.until, Relaxed);
            }
        }
    }
}

/// Puts these functions in the place of those that always show the machine's clock.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    wall_clock::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    monotonic_clock::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    linker.allow_shadowing(false);
    Ok(())
}

impl State {
    fn wait(&mut self, wait: Wait) -> wasmtime::Result<Resource<DynPollable>> {
        let table = self.clocks().table;
        let wait = table.push(wait)?;
        subscribe(table, wait)
    }
}

impl wall_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        match &self.clock {
            Clocks::Real => wall_clock::Host::now(&mut self.clocks()),
            Clocks::Virtual(clock) => Ok(wall_clock::Datetime {
                seconds: clock.now() / NANOS,
                nanoseconds: (clock.now() % NANOS) as u32,
            }),
        }
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        match self.clock {
            Clocks::Real => wall_clock::Host::resolution(&mut self.clocks()),
            Clocks::Virtual(_) => Ok(wall_clock::Datetime {
                seconds: 0,
                nanoseconds: 1,
            }),
        }
    }
}

impl monotonic_clock::Host for State {
    fn now(&mut self) -> wasmtime::Result<monotonic_clock::Instant> {
        match &self.clock {
            Clocks::Real => monotonic_clock::Host::now(&mut self.clocks()),
            Clocks::Virtual(clock) => Ok(clock.now()),
        }
    }

    fn resolution(&mut self) -> wasmtime::Result<monotonic_clock::Duration> {
        match self.clock {
            Clocks::Real => monotonic_clock::Host::resolution(&mut self.clocks()),
            Clocks::Virtual(_) => Ok(1),
        }
    }

    fn subscribe_instant(
        &mut self,
        when: monotonic_clock::Instant,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        match &self.clock {
            Clocks::Real => monotonic_clock::Host::subscribe_instant(&mut self.clocks(), when),
            Clocks::Virtual(clock) => {
                let wait = clock.wait(when);
                self.wait(wait)
            }
        }
    }

    fn subscribe_duration(
        &mut self,
        when: monotonic_clock::Duration,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        match &self.clock {
            Clocks::Real => monotonic_clock::Host::subscribe_duration(&mut self.clocks(), when),
            Clocks::Virtual(clock) => {
                let wait = clock.wait(clock.now().saturating_add(when));
                self.wait(wait)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_waiting_moves_a_virtual_clock() {
        let clock = VirtualClock::default();
        let begun = Instant::now();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(clock.now(), 0);
        clock.wait(3 * NANOS).ready().await;
        assert_eq!(clock.now(), 3 * NANOS);
        assert_eq!(begun.elapsed(), Duration::from_secs(8));
        // What is past is not waited for, and the clock never goes back.
        clock.wait(NANOS).ready().await;
        assert_eq!(clock.now(), 3 * NANOS);
        assert_eq!(begun.elapsed(), Duration::from_secs(8));
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_waits_the_shorter_one_is_over_first() {
        let clock = VirtualClock::default();
        let (mut long, mut short) = (clock.wait(2 * NANOS), clock.wait(NANOS));
        tokio::select! {
            biased;
            () = long.ready() => panic!("the longer one was over first"),
            () = short.ready() => {}
        }
        assert_eq!(clock.now(), NANOS);
        long.ready().await;
        assert_eq!(clock.now(), 2 * NANOS);
    }
}
