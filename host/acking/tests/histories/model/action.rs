//! The events of a history. Numbers choose among what there is at that moment,
//! modulo its count, so that every history is legal and shrinks well.

use proptest::prelude::*;

/// What a bolt does with a row at the end of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Then {
    Ack,
    Fail,
    Keep,
}

/// One event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    /// A spout emits a row (one that failed, if there is one) to 0 to 3 tasks, and
    /// tells its ledger at once or later.
    Emit {
        spout: u8,
        targets: u8,
        first: u8,
        init_now: bool,
    },
    /// A ledger is told what was sent; maybe not for the last time.
    Init { which: u8, again: bool },
    /// A ledger is never told what was sent.
    LoseInit { which: u8 },
    /// Any message on its way arrives, so messages overtake each other.
    Deliver { which: u16 },
    /// A message is sent again under the same number.
    Duplicate { which: u16 },
    /// A message is lost.
    Drop { which: u16 },
    /// A bolt works on a row that it holds: emits children anchored to it, maybe
    /// twice, maybe to another row as well.
    Execute {
        which: u16,
        partner: Option<u16>,
        children: u8,
        first: u8,
        twice: bool,
        then: Then,
    },
    /// A bolt asks for more time for a row that it holds.
    Extend { which: u16 },
    /// The message timeout of a spout passes.
    Rotate { spout: u8 },
    /// A worker process dies with all that it holds.
    CrashWorker { worker: u8 },
    /// A dead worker starts again, as a new incarnation.
    RestartWorker { worker: u8 },
    /// Some worker hears of some death, early or late.
    HearOfDeath { which: u8 },
    /// The instance of a spout crashes; its process lives on.
    CrashInstance { spout: u8 },
    /// A new plan moves a task to another worker.
    Rebalance { task: u8 },
}

/// A history of up to 500 events.
pub(crate) fn history() -> impl Strategy<Value = Vec<Action>> {
    prop::collection::vec(action(), 1..=500)
}

fn action() -> impl Strategy<Value = Action> {
    let then = prop_oneof![6 => Just(Then::Ack), 1 => Just(Then::Fail), 2 => Just(Then::Keep)];
    prop_oneof![
        16 => (any::<u8>(), 0..=3u8, any::<u8>(), prop::bool::weighted(0.7)).prop_map(
            |(spout, targets, first, init_now)| Action::Emit { spout, targets, first, init_now }),
        4 => (any::<u8>(), prop::bool::weighted(0.3))
            .prop_map(|(which, again)| Action::Init { which, again }),
        1 => any::<u8>().prop_map(|which| Action::LoseInit { which }),
        40 => any::<u16>().prop_map(|which| Action::Deliver { which }),
        4 => any::<u16>().prop_map(|which| Action::Duplicate { which }),
        1 => any::<u16>().prop_map(|which| Action::Drop { which }),
        30 => (any::<u16>(), prop::option::weighted(0.3, any::<u16>()), 0..=3u8, any::<u8>(),
            prop::bool::weighted(0.2), then).prop_map(
            |(which, partner, children, first, twice, then)| Action::Execute {
                which, partner, children, first, twice, then }),
        2 => any::<u16>().prop_map(|which| Action::Extend { which }),
        2 => any::<u8>().prop_map(|spout| Action::Rotate { spout }),
        1 => any::<u8>().prop_map(|worker| Action::CrashWorker { worker }),
        3 => any::<u8>().prop_map(|worker| Action::RestartWorker { worker }),
        2 => any::<u8>().prop_map(|which| Action::HearOfDeath { which }),
        1 => any::<u8>().prop_map(|spout| Action::CrashInstance { spout }),
        1 => any::<u8>().prop_map(|task| Action::Rebalance { task }),
    ]
}
