//! The order in which frames go to a worker.
//!
//! Frames of rows for one task go in the order in which they were pushed, and so do frames of
//! what is owed to ledgers. Tasks take turns, by bytes: if a task is sent more than the
//! connection carries, its rows wait behind each other and not before the rows of other tasks.
//! Acks go faster than rows, because they end trees, and with that make room.
//!
//! The rule is start-time fair queueing (P. Goyal, H. Vin, H. Cheng: "Start-time Fair
//! Queueing", SIGCOMM 1996). Each lane has a tag, which grows by the bytes that it sends. The
//! lane with the smallest tag goes next. A lane that was empty begins at the tag of the lane
//! that went last.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Frames that keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// What is owed to ledgers.
    Owed,
    /// Rows for this task.
    Task(u32),
}

impl Lane {
    /// How many times as many bytes as the lane of a task it may send.
    fn weight(self) -> u64 {
        match self {
            Self::Owed => 4,
            Self::Task(_) => 1,
        }
    }
}

/// Frames that have not been sent.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    lanes: BTreeMap<Lane, Waiting>,
    /// The lanes that have frames, by their tags.
    turns: BTreeSet<(u64, Lane)>,
    /// The tag of the lane that sent last.
    now: u64,
    frames: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    tag: u64,
    frames: VecDeque<Vec<u8>>,
}

impl Lanes {
    /// How many frames there are.
    pub(crate) fn len(&self) -> usize {
        self.frames
    }

    /// Adds a frame behind those of its lane.
    pub(crate) fn push(&mut self, lane: Lane, frame: Vec<u8>) {
        let waiting = self.lanes.entry(lane).or_default();
        if waiting.frames.is_empty() {
            waiting.tag = waiting.tag.max(self.now);
            self.turns.insert((waiting.tag, lane));
        }
        waiting.frames.push_back(frame);
        self.frames += 1;
    }

    /// Takes the frame that goes next.
    pub(crate) fn pop(&mut self) -> Option<(Lane, Vec<u8>)> {
        let (tag, lane) = self.turns.pop_first()?;
        let waiting = self.lanes.get_mut(&lane)?;
        let frame = waiting.frames.pop_front()?;
        self.now = tag;
        self.frames -= 1;
        // 2^64 bytes are never reached.
        waiting.tag = tag.saturating_add((frame.len() as u64 / lane.weight()).max(1));
        if waiting.frames.is_empty() {
            // The memory that a burst took is given back.
            waiting.frames = VecDeque::new();
        } else {
            self.turns.insert((waiting.tag, lane));
        }
        Some((lane, frame))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lanes of the next frames.
    fn next(lanes: &mut Lanes, most: usize) -> Vec<Lane> {
        let popped = std::iter::from_fn(|| lanes.pop());
        popped.take(most).map(|(lane, _)| lane).collect()
    }

    /// A cycle over two workers sent so much to its own tasks that rows and acks of others
    /// stood behind hundreds of MiB.
    #[test]
    fn rows_of_a_task_that_is_sent_very_much_wait_behind_each_other() {
        let mut lanes = Lanes::default();
        for task in 0..12 {
            for _ in 0..1_000 {
                lanes.push(Lane::Task(task), vec![0; 10_000]);
            }
        }
        assert_eq!(next(&mut lanes, 1_000).len(), 1_000);
        for _ in 0..3 {
            lanes.push(Lane::Task(12), vec![0; 10_000]);
        }
        lanes.push(Lane::Owed, vec![0; 10_000]);
        let next = next(&mut lanes, 3 * 13 + 1);
        let others = |lane: &&Lane| matches!(lane, Lane::Owed | Lane::Task(12));
        assert_eq!(next.iter().filter(others).count(), 4, "{next:?}");
    }

    /// Acks without end do not keep rows from being sent.
    #[test]
    fn acks_go_sooner_and_rows_go_all_the_same() {
        let mut lanes = Lanes::default();
        for _ in 0..1_000 {
            lanes.push(Lane::Owed, vec![0; 1_000]);
            lanes.push(Lane::Task(0), vec![0; 1_000]);
        }
        let next = next(&mut lanes, 1_000);
        let owed = next.iter().filter(|lane| **lane == Lane::Owed).count();
        assert!((790..=810).contains(&owed), "{owed}");
    }

    /// A lane that sent nothing for a while gets no more than others when it begins.
    #[test]
    fn a_lane_saves_no_turns() {
        let mut lanes = Lanes::default();
        for _ in 0..1_000 {
            lanes.push(Lane::Task(0), vec![0; 1_000]);
        }
        next(&mut lanes, 500);
        for _ in 0..1_000 {
            lanes.push(Lane::Task(1), vec![0; 1_000]);
        }
        let next = next(&mut lanes, 100);
        let late = next.iter().filter(|lane| **lane == Lane::Task(1)).count();
        assert!((49..=51).contains(&late), "{late}");
    }

    proptest! {
        #[test]
        fn every_frame_goes_once_and_in_the_order_of_its_lane(
            pushed in prop::collection::vec((0..4_u32, 0..2_000_usize, 0..3_usize), 0..200),
        ) {
            let lane = |number| match number {
                0 => Lane::Owed,
                task => Lane::Task(task),
            };
            let mut lanes = Lanes::default();
            let (mut expected, mut seen) = (BTreeMap::new(), BTreeMap::new());
            let mut see = |lanes: &mut Lanes, most: usize| {
                for (lane, frame) in std::iter::from_fn(|| lanes.pop()).take(most) {
                    seen.entry(lane).or_insert_with(Vec::new).push(frame.len());
                }
            };
            for (number, length, pops) in pushed {
                lanes.push(lane(number), vec![0; length]);
                expected.entry(lane(number)).or_insert_with(Vec::new).push(length);
                see(&mut lanes, pops);
            }
            let left = lanes.len();
            see(&mut lanes, left);
            prop_assert_eq!(lanes.len(), 0);
            prop_assert!(lanes.pop().is_none());
            prop_assert_eq!(seen, expected);
        }
    }
}
