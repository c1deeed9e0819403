//! Which connections there may be at a time, and which ends when there is no room for
//! another: a table, without clock and sockets.
//!
//! Whoever has not shown the token is a stranger. Invariants:
//! - there are never more connections than the bounds say, and strangers never have more
//!   than their part, so the owner always finds room;
//! - the one that ends is the stranger that is there longest, else the client that has
//!   wanted nothing for longest, and never one whose request is being answered.

use std::collections::BTreeMap;

/// Names a connection; none is given twice.
pub(super) type Id = u64;

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// In all.
    pub(crate) all: usize,
    /// Of those, connections without the token.
    pub(crate) strangers: usize,
}

impl Bounds {
    /// However many files a process may open.
    const MOST: usize = 512;
    /// However few.
    const LEAST: usize = 16;

    /// What a process can have that may open so many files: a quarter of them, so that
    /// there are enough for the store, for components, for logs and for workers.
    pub(crate) fn of_process(files: u64) -> Self {
        let quarter = usize::try_from(files / 4).unwrap_or(usize::MAX);
        let all = quarter.clamp(Self::LEAST, Self::MOST);
        Self {
            all,
            strangers: all / 2,
        }
    }
}

/// What a connection is good for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No request with the token has come over it.
    Stranger,
    /// One has come, and none is being answered.
    Idle,
    /// One is being answered.
    Busy,
}

/// Whether there is room for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// There was.
    Free(Id),
    /// There is if this other one ends now.
    InPlaceOf(Id, Id),
    /// There is none: all are busy.
    None,
}

/// The connections.
#[derive(Debug)]
pub(super) struct Places {
    bounds: Bounds,
    /// Counts whatever happens to connections.
    now: u64,
    /// Each with its state, and since when it has it.
    taken: BTreeMap<Id, (State, u64)>,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            now: 0,
            taken: BTreeMap::new(),
        }
    }

    /// A connection comes. Whose place it takes is forgotten.
    pub(super) fn come(&mut self) -> Room {
        let strangers = self.of(State::Stranger).count();
        let full = strangers >= self.bounds.strangers || self.taken.len() >= self.bounds.all;
        let leaves = match full {
            true => self.longest(State::Stranger).or(self.longest(State::Idle)),
            false => None,
        };
        match leaves {
            None if full => return Room::None,
            None => {}
            Some(leaves) => self.gone(leaves),
        }
        let id = self.tick();
        self.taken.insert(id, (State::Stranger, id));
        match leaves {
            Some(leaves) => Room::InPlaceOf(id, leaves),
            None => Room::Free(id),
        }
    }

    /// The stranger that is there longest, which is forgotten, for when there is no room
    /// for another reason.
    pub(super) fn evict(&mut self) -> Option<Id> {
        let leaves = self.longest(State::Stranger)?;
        self.gone(leaves);
        Some(leaves)
    }

    /// A request with the token begins to be answered.
    pub(super) fn begins(&mut self, id: Id) {
        self.set(id, State::Busy);
    }

    /// It has been answered.
    pub(super) fn ends(&mut self, id: Id) {
        self.set(id, State::Idle);
    }

    /// A connection has ended.
    pub(super) fn gone(&mut self, id: Id) {
        self.taken.remove(&id);
    }

    fn set(&mut self, id: Id, state: State) {
        let now = self.tick();
        if let Some(place) = self.taken.get_mut(&id) {
            *place = (state, now);
        }
    }

    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn of(&self, state: State) -> impl Iterator<Item = (u64, Id)> {
        let places = self.taken.iter();
        places
            .filter(move |(_, (found, _))| *found == state)
            .map(|(id, (_, since))| (*since, *id))
    }

    /// The one that has had this state for longest.
    fn longest(&self, state: State) -> Option<Id> {
        self.of(state).min().map(|(_, id)| id)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Bounds = Bounds {
        all: 6,
        strangers: 3,
    };

    #[derive(Debug, Clone)]
    enum Event {
        Come,
        Begins(prop::sample::Index),
        Ends(prop::sample::Index),
        Gone(prop::sample::Index),
        Evict,
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let index = any::<prop::sample::Index>;
        let event = prop_oneof![
            4 => Just(Event::Come),
            3 => index().prop_map(Event::Begins),
            2 => index().prop_map(Event::Ends),
            1 => index().prop_map(Event::Gone),
            1 => Just(Event::Evict),
        ];
        prop::collection::vec(event, 0..200)
    }

    /// One of the connections that there are.
    fn one(places: &Places, index: prop::sample::Index) -> Option<Id> {
        let ids: Vec<Id> = places.taken.keys().copied().collect();
        (!ids.is_empty()).then(|| *index.get(&ids))
    }

    proptest! {
        #[test]
        fn bounds_hold_and_nobody_busy_is_sent_away(events in events()) {
            let mut places = Places::new(BOUNDS);
            for event in events {
                let before = places.taken.clone();
                let is = |id: Id, state: State| before.get(&id).is_some_and(|it| it.0 == state);
                match event {
                    Event::Come => match places.come() {
                        Room::Free(id) => prop_assert!(!before.contains_key(&id)),
                        Room::InPlaceOf(_, left) => {
                            prop_assert!(!places.taken.contains_key(&left));
                            prop_assert!(!is(left, State::Busy));
                            // An owner leaves only if there is no stranger.
                            let strangers = before.keys().any(|id| is(*id, State::Stranger));
                            prop_assert!(!is(left, State::Idle) || !strangers);
                        }
                        Room::None => {
                            prop_assert_eq!(&places.taken, &before);
                            prop_assert!(before.keys().all(|id| is(*id, State::Busy)));
                            prop_assert_eq!(before.len(), BOUNDS.all);
                        }
                    },
                    Event::Begins(index) => {
                        let Some(id) = one(&places, index) else { continue };
                        places.begins(id);
                    }
                    Event::Ends(index) => {
                        let Some(id) = one(&places, index) else { continue };
                        if is(id, State::Busy) {
                            places.ends(id);
                        }
                    }
                    Event::Gone(index) => {
                        let Some(id) = one(&places, index) else { continue };
                        places.gone(id);
                    }
                    Event::Evict => {
                        let left = places.evict();
                        prop_assert!(left.is_none_or(|left| is(left, State::Stranger)));
                    }
                }
                prop_assert!(places.taken.len() <= BOUNDS.all);
                let strangers = places.of(State::Stranger).count();
                prop_assert!(strangers <= BOUNDS.strangers);
            }
        }
    }

    fn id(room: Room) -> Id {
        match room {
            Room::Free(id) | Room::InPlaceOf(id, _) => id,
            Room::None => panic!("there is no room"),
        }
    }

    #[test]
    fn the_stranger_that_is_there_longest_leaves_first() {
        let mut places = Places::new(BOUNDS);
        let first = id(places.come());
        let owner = id(places.come());
        places.begins(owner);
        places.ends(owner);
        let others: Vec<Id> = (0..2).map(|_| id(places.come())).collect();
        let room = places.come();
        assert_eq!(room, Room::InPlaceOf(id(room), first));
        let room = places.come();
        assert_eq!(room, Room::InPlaceOf(id(room), others[0]));
        assert!(places.taken.contains_key(&owner));
    }

    #[test]
    fn the_owner_finds_room_among_his_own_as_long_as_one_is_idle() {
        let mut places = Places::new(BOUNDS);
        let own: Vec<Id> = (0..6)
            .map(|_| {
                let own = id(places.come());
                places.begins(own);
                own
            })
            .collect();
        assert_eq!(places.come(), Room::None);
        places.ends(own[3]);
        places.ends(own[1]);
        let room = places.come();
        assert_eq!(room, Room::InPlaceOf(id(room), own[3]));
    }

    #[test]
    fn there_is_something_left_for_other_files() {
        let bounds = |files| Bounds::of_process(files);
        let of = |all, strangers| Bounds { all, strangers };
        assert_eq!(bounds(1_024), of(256, 128));
        assert_eq!(bounds(65_536), of(512, 256));
        assert_eq!(bounds(u64::MAX), of(512, 256));
        assert_eq!(bounds(0), of(16, 8));
        assert_eq!(bounds(400).strangers.checked_mul(2).unwrap(), 100);
    }
}
