//! The frames of a fault: few enough, and short enough, to be shown.

use std::fmt::{self, Display};
use std::ops::Deref;

use stormcell_topology::plain_text::bounded_line;

/// The functions that were being called, innermost first, within [`Frames::MOST`] bytes as
/// they are shown. The innermost say most, so those that do not fit are the outermost; in
/// their place it is said how many they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frames(Vec<String>);

/// What is shown before each.
const IN: &str = "\n    in ";

/// Bytes of one frame.
const FRAME: usize = 1 << 10;

/// Room to say that there are more.
const MORE: usize = 40;

impl Frames {
    /// Bytes that they take when they are shown.
    pub const MOST: usize = 16 << 10;

    /// As many of these as fit, each in one line, escaped and cut.
    pub fn new<F: Display>(frames: impl IntoIterator<Item = F>) -> Self {
        let mut kept = Vec::new();
        let mut room = Self::MOST - IN.len() - MORE;
        let mut more = 0_u64;
        for frame in frames {
            if more == 0 {
                let frame = bounded_line(FRAME, frame);
                if let Some(left) = room.checked_sub(IN.len() + frame.len()) {
                    room = left;
                    kept.push(frame);
                    continue;
                }
            }
            more = more.saturating_add(1);
        }
        if more > 0 {
            kept.push(format!("… ({more} more)"));
        }
        Self(kept)
    }
}

impl Deref for Frames {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for frame in &self.0 {
            write!(f, "{IN}{frame}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;
    use stormcell_topology::plain_text::{ERROR, SAID};

    use super::*;
    use crate::{Fault, FaultKind};

    proptest! {
        #[test]
        fn a_fault_with_all_its_parts_is_within_its_bound(
            lengths in prop::collection::vec(0..5_000_usize, 0..60),
            message in 0..100_000_usize,
            character in prop::sample::select(vec!["a", "\u{1b}", "\n", "\u{202e}", "€"]),
        ) {
            let frames = Frames::new(lengths.iter().map(|length| character.repeat(*length)));
            let shown = frames.to_string();
            prop_assert!(shown.len() <= Frames::MOST, "{}", shown.len());
            let fault = Fault {
                backtrace: frames.clone(),
                ..Fault::new(FaultKind::Trap, character.repeat(message))
            };
            let whole = fault.whole();
            prop_assert!(whole.ends_with(&shown), "nothing of it is cut again");
            prop_assert!(whole.len() <= SAID && SAID < ERROR);
        }
    }

    #[test]
    fn the_first_frames_are_kept_and_the_others_counted() {
        let names: Vec<String> = (0..500)
            .map(|n| format!("{n}{}", "x".repeat(100)))
            .collect();
        let frames = Frames::new(&names);
        let (last, kept) = frames.split_last().unwrap();
        assert_eq!(kept, &names[..kept.len()]);
        assert_eq!(*last, format!("… ({} more)", 500 - kept.len()));
        assert!(kept.len() > 100);
    }

    #[test]
    fn a_frame_is_one_line() {
        let frames = Frames::new(["a\nb".to_owned(), "x".repeat(2 * FRAME)]);
        assert_eq!(frames[0], "a\\nb");
        assert!(frames[1].len() <= FRAME && frames[1].ends_with(" more)"));
    }
}
