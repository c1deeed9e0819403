//! A topology that has finished runs once more for dead letters: its workers are started
//! with the components and grants that it had, its spouts emit nothing, and when no letter is
//! left that was asked for, it is closed as any topology that finishes (`finish.rs`).
//!
//! That it does so is stored first, so a supervisor that starts goes on with it. To all that
//! people can ask for it stays a topology that has finished.

use crate::Coordinator;
use crate::operation::Operation;

impl Coordinator {
    /// Somebody asked for dead letters. What runs finds them by itself.
    pub(crate) fn begin_replay(&mut self) {
        let stopping = matches!(self.operation, Operation::Stop(_));
        // Workers of the run before end first: they have closed their tasks.
        let ending = self.workers.values().any(|worker| worker.may_be_alive());
        if !self.record.is_over() || stopping || ending {
            return;
        }
        self.record.replaying = true;
        self.whole = false;
        self.count_from_the_end();
        self.store();
        self.log(
            "info",
            "it runs once more, for dead letters that were asked for",
        );
    }
}
