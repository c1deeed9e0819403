//! What comes from one incarnation of a worker.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use stormcell_acking::{Inbound, Stamp, Verdict, WorkerIncarnation};

use crate::account::{Account, Teller};

/// What comes from one incarnation.
#[derive(Debug)]
pub(crate) struct Source {
    /// Who sends it.
    pub(crate) peer: WorkerIncarnation,
    pub(crate) account: Arc<Account>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    inbound: Inbound,
    /// The sequence of the next frame.
    next: u64,
    /// The connection that frames come over: the latest.
    connection: Option<Arc<Teller>>,
}

impl Source {
    /// Nothing received yet.
    pub(crate) fn new(peer: WorkerIncarnation) -> Self {
        Self {
            peer,
            account: Arc::default(),
            state: Mutex::new(State {
                inbound: Inbound::new(),
                next: 0,
                connection: None,
            }),
        }
    }

    /// A new connection, in place of the one before. Returns the sequence of the first
    /// frame that has not been received.
    pub(crate) fn connect(&self, connection: &Arc<Teller>) -> u64 {
        let mut state = self.state.lock();
        let earlier = state.connection.replace(Arc::clone(connection));
        self.account.tell_by(connection);
        if let Some(earlier) = earlier {
            // It finds that it is not the latest any more.
            earlier.some.notify_one();
            earlier.much.notify_one();
        }
        state.next
    }

    /// Whether this is the latest connection.
    pub(crate) fn is_latest(&self, connection: &Arc<Teller>) -> bool {
        let state = self.state.lock();
        let latest = state.connection.as_ref();
        latest.is_some_and(|latest| Arc::ptr_eq(latest, connection))
    }

    /// How many frames have been handed on.
    pub(crate) fn received(&self) -> u64 {
        self.state.lock().next
    }

    /// Has a frame handed on, unless it has been already. Frames are handed on one at a
    /// time, and none after [`Self::died`].
    ///
    /// # Errors
    /// If the frame must not come: over this connection, or with this stamp.
    pub(crate) fn hand_on(
        &self,
        connection: &Arc<Teller>,
        stamp: Stamp,
        frame: impl FnOnce(),
    ) -> io::Result<()> {
        let mut state = self.state.lock();
        let latest = state.connection.as_ref();
        if !latest.is_some_and(|latest| Arc::ptr_eq(latest, connection)) {
            return Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "there is a later connection",
            ));
        }
        if stamp.incarnation != self.peer.number || stamp.sequence > state.next {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "frame {} of incarnation {} came where frame {} of incarnation {} was \
                     expected",
                    stamp.sequence, stamp.incarnation, state.next, self.peer.number
                ),
            ));
        }
        match state.inbound.receive(stamp) {
            Verdict::Accept => {
                frame();
                state.next += 1;
                self.account.received(state.next);
                Ok(())
            }
            Verdict::Duplicate | Verdict::TooLate => Ok(()),
            Verdict::Dead => Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the sender is known to be dead",
            )),
        }
    }

    /// Whether the frame with this sequence has been handed on.
    pub(crate) fn has(&self, sequence: u64) -> bool {
        sequence < self.state.lock().next
    }

    /// Hands nothing on any more.
    pub(crate) fn died(&self) {
        let mut state = self.state.lock();
        state.inbound.died(self.peer.number);
        if let Some(connection) = state.connection.take() {
            connection.some.notify_one();
            connection.much.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
