//! What is known of the places of one component, and what of it may still be asked.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{AT_A_TIME, Line, Place};

/// Places of a component that are kept.
const PLACES: usize = 256;

/// How often a component is asked for: each time is a process, and may use all that it has.
const QUESTIONS: u32 = 64;

/// How long a component may keep children busy in all. There are few children: a component that
/// makes each answer take almost too long would keep others waiting for theirs.
const TIME: Duration = Duration::from_secs(10);

/// What is known of one component.
#[derive(Debug, Default)]
pub(super) struct Looked {
    lines: HashMap<Place, Arc<[Line]>>,
    questions: u32,
    time: Duration,
    given_up: bool,
}

impl Looked {
    /// Those of these places that are to be asked for now. It counts as asked.
    pub(super) fn question(&mut self, places: &[Place]) -> Vec<Place> {
        if self.given_up || self.questions >= QUESTIONS {
            return Vec::new();
        }
        let room = PLACES.saturating_sub(self.lines.len()).min(AT_A_TIME);
        let mut unknown = Vec::new();
        for place in places {
            if unknown.len() < room && !self.lines.contains_key(place) && !unknown.contains(place) {
                unknown.push(*place);
            }
        }
        if !unknown.is_empty() {
            self.questions += 1;
        }
        unknown
    }

    /// Keeps the lines that were found for these places. `took`: how long that kept a child busy.
    pub(super) fn learn(&mut self, places: &[Place], lines: Vec<Vec<Line>>, took: Duration) {
        self.time = self.time.saturating_add(took);
        self.given_up |= self.time > TIME;
        let lines = lines.into_iter().map(Arc::from);
        self.lines.extend(places.iter().copied().zip(lines));
    }

    /// It could not be read within its limits: nothing more is asked.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }

    /// What is known.
    pub(super) fn known(&self, places: &[Place]) -> HashMap<Place, Arc<[Line]>> {
        let known = |place| Some((place, Arc::clone(self.lines.get(&place)?)));
        places.iter().copied().filter_map(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(offset: u32) -> Place {
        Place {
            offset,
            function: 1,
        }
    }

    fn line() -> Line {
        Line::new(Some("f"), None, None)
    }

    #[test]
    fn a_place_is_asked_for_once() {
        let mut looked = Looked::default();
        let (one, two) = (place(1), place(2));
        assert_eq!(looked.question(&[one, one]), [one]);
        looked.learn(&[one], vec![vec![line()]], Duration::ZERO);
        assert_eq!(looked.question(&[one, two]), [two]);
        looked.learn(&[two], vec![Vec::new()], Duration::ZERO);
        assert!(looked.question(&[one, two]).is_empty());
        let known = looked.known(&[one, two, place(3)]);
        assert_eq!(known.len(), 2);
        assert_eq!(known[&one].as_ref(), [line()]);
    }

    #[test]
    fn who_could_not_be_read_is_not_asked_for_again() {
        let mut looked = Looked::default();
        let one = place(1);
        assert_eq!(looked.question(&[one]), [one]);
        looked.give_up();
        assert!(looked.question(&[one, place(2)]).is_empty());
    }

    /// A component that keeps others waiting is not asked for again. The lines that are known of
    /// it stay.
    #[test]
    fn the_time_of_children_is_counted() {
        let mut looked = Looked::default();
        for n in 0..2 {
            assert_eq!(looked.question(&[place(n)]), [place(n)]);
            looked.learn(&[place(n)], vec![vec![line()]], TIME * 2 / 3);
        }
        assert!(looked.question(&[place(2)]).is_empty());
        assert_eq!(looked.known(&[place(0), place(1)]).len(), 2);
    }

    #[test]
    fn places_and_questions_are_counted() {
        let mut looked = Looked::default();
        let mut asked = 0;
        for first in 0..100 {
            let places: Vec<_> = (0..50).map(|n| place(first * 50 + n)).collect();
            let question = looked.question(&places);
            assert!(question.len() <= AT_A_TIME);
            asked += question.len();
            let lines = vec![vec![line()]; question.len()];
            looked.learn(&question, lines, Duration::ZERO);
        }
        assert_eq!(asked, PLACES);

        let mut looked = Looked::default();
        let questions = (0..1_000).filter(|n| !looked.question(&[place(*n)]).is_empty());
        assert_eq!(questions.count(), QUESTIONS as usize);
    }
}
