//! Numbering of what one process sends to another, so that sending again is safe.
//!
//! A lost update is harmless: its tree times out. A duplicated one is not: it can
//! make a XOR zero too early, and a row is lost for ever. So whatever may be sent
//! again (a window after a reconnect) carries a [`Stamp`], and the receiver drops
//! what it has seen.
//!
//! Law, for one [`Outbound`] and one [`Inbound`] and any loss, duplication and
//! order between them: each stamp is accepted at most once; no stamp of an
//! incarnation is accepted after a later one was heard of or after
//! [`Inbound::died`]; any other stamp is accepted when it first comes, unless one
//! with a sequence higher by [`Inbound::WINDOW`] or more has been accepted before.

/// The number of one message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(C)]
pub struct Stamp {
    /// The incarnation of the sender. Later ones are greater.
    pub incarnation: u32,
    /// The place among all messages of this incarnation to this receiver, from 0.
    pub sequence: u64,
}

/// The sender's end of a link to one receiver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outbound {
    incarnation: u32,
    next: u64,
}

impl Outbound {
    /// The link of a sender that has just started as this incarnation.
    pub const fn new(incarnation: u32) -> Self {
        Self {
            incarnation,
            next: 0,
        }
    }

    /// The stamp of the next message. A message that is sent again keeps its own.
    pub fn stamp(&mut self) -> Stamp {
        let stamp = Stamp {
            incarnation: self.incarnation,
            sequence: self.next,
        };
        // 2^64 messages are never reached.
        self.next = self.next.wrapping_add(1);
        stamp
    }
}

/// What to do with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a message that is not accepted must be dropped"]
pub enum Verdict {
    /// Take it: it is the first with this stamp.
    Accept,
    /// Drop it: it has been accepted before.
    Duplicate,
    /// Drop it: it is so far behind that it can no longer be told whether it has
    /// been accepted. If it has not, it counts as lost, which is safe.
    TooLate,
    /// Drop it: it comes from an incarnation that is dead.
    Dead,
}

/// The receiver's end of a link from one sender.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Inbound {
    /// Incarnations below are dead.
    oldest_alive: u64,
    /// One more than the highest sequence accepted.
    expected: u64,
    /// Bit i: whether the sequence `expected - 1 - i` has been accepted.
    seen: u64,
}

impl Inbound {
    /// How far behind the latest accepted message another may come.
    pub const WINDOW: u64 = 64;

    /// Nothing received yet; any incarnation is welcome.
    pub fn new() -> Self {
        Self::default()
    }

    /// Judges a message and remembers it if it is accepted. A message of a later
    /// incarnation than all before means that those are dead.
    pub fn receive(&mut self, stamp: Stamp) -> Verdict {
        let incarnation = u64::from(stamp.incarnation);
        if incarnation < self.oldest_alive {
            return Verdict::Dead;
        }
        if incarnation > self.oldest_alive {
            self.start(incarnation);
        }
        if stamp.sequence >= self.expected {
            let ahead = stamp.sequence - self.expected + 1;
            self.seen = if ahead < Self::WINDOW {
                self.seen << ahead | 1
            } else {
                1
            };
            self.expected = stamp.sequence.saturating_add(1);
            return Verdict::Accept;
        }
        let behind = self.expected - 1 - stamp.sequence;
        if behind >= Self::WINDOW {
            return Verdict::TooLate;
        }
        if self.seen >> behind & 1 == 1 {
            return Verdict::Duplicate;
        }
        self.seen |= 1 << behind;
        Verdict::Accept
    }

    /// Takes note that an incarnation has died: nothing of it or of an earlier one
    /// is accepted from now on.
    pub fn died(&mut self, incarnation: u32) {
        let next = u64::from(incarnation) + 1;
        if next > self.oldest_alive {
            self.start(next);
        }
    }

    fn start(&mut self, incarnation: u64) {
        *self = Self {
            oldest_alive: incarnation,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests;
