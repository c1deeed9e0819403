//! The conformance bolt at work.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use stormcell_batch::{Columns, Schema};
use stormcell_sandbox::{
    BoltInstance, BoltOutcome, CallError, CloseReason, Fault, FaultKind, InputBatch, InputStream,
    Secrets, TaskSpec,
};
use stormcell_topology::{Description, Grants, Limits, OutputStream};

use super::language::{Language, Loaded};
use super::outcome::{self, Fate, Holds, Outcome, Reasons};
use super::recorder::Recorder;
use super::row::{Row, columns, input_fields};
use super::wait::wait;

/// A prepared instance of the bolt, and the rows that its task holds.
pub(super) struct Bolt {
    language: Language,
    instance: BoltInstance,
    outputs: Vec<OutputStream>,
    /// What it logs, prints and counts.
    pub(super) said: Arc<Recorder>,
    next: u32,
    kept: BTreeSet<u32>,
}

/// Rows of one input, from one task.
pub(super) struct Batch {
    /// Which of the inputs: 0 is `lines/default`, 1 is `extra/side-stream`.
    pub(super) input: u32,
    pub(super) source_task: u32,
    pub(super) columns: Columns,
}

/// A call and what it came to.
pub(super) struct Call {
    /// The language and what was asked, for messages.
    title: String,
    first: u32,
    found: Outcome,
    reasons: Reasons,
}

/// What a task of the bolt is made from: grants nothing, and the limits of a topology
/// file that says nothing.
pub(super) fn spec(of: &Description, said: &Arc<Recorder>) -> TaskSpec {
    let input = |component: &str, stream: &str| InputStream {
        component: component.to_owned(),
        stream: stream.to_owned(),
        schema: Schema::new(input_fields()),
    };
    TaskSpec {
        topology: "conformance".to_owned(),
        component: "under-test".to_owned(),
        task: 5,
        task_index: 2,
        task_count: 3,
        inputs: vec![input("lines", "default"), input("extra", "side-stream")],
        outputs: of.outputs.clone(),
        components: vec![
            ("lines".to_owned(), vec![1]),
            ("extra".to_owned(), vec![2]),
            ("under-test".to_owned(), vec![3, 4, 5]),
        ]
        .into(),
        config: serde_json::Value::Null,
        limits: Limits::default(),
        grants: Grants::default(),
        secrets: Secrets::default(),
        text_form: of.text_form,
        base_dir: PathBuf::new(),
        sink: Arc::clone(said) as _,
        state: None,
    }
}

impl Bolt {
    /// An instance with nothing out of the ordinary.
    pub(super) fn new(language: Language) -> Self {
        Self::with(language, |_| {})
    }

    /// An instance of a task that is changed like this.
    pub(super) fn with(language: Language, change: impl FnOnce(&mut TaskSpec)) -> Self {
        Self::of(language, &language.components().bolt, change)
    }

    /// An instance of another bolt with the same inputs.
    pub(super) fn of(
        language: Language,
        bolt: &Loaded,
        change: impl FnOnce(&mut TaskSpec),
    ) -> Self {
        let said = Arc::new(Recorder::default());
        let mut spec = spec(&bolt.description, &said);
        change(&mut spec);
        let instance = wait(bolt.component.bolt(&spec));
        Self {
            language,
            instance: instance.unwrap_or_else(|error| panic!("{language}: prepare: {error}")),
            outputs: bolt.description.outputs.clone(),
            said,
            next: 100,
            kept: BTreeSet::new(),
        }
    }

    /// The next row has this handle.
    pub(super) fn count_from(&mut self, handle: u32) {
        self.next = handle;
    }

    /// Sends rows in one batch.
    pub(super) fn send(&mut self, rows: &[Row]) -> Call {
        self.send_batches(&commands(rows), [one_batch(rows)])
    }

    /// Sends batches in one call; `what` they ask is for messages.
    pub(super) fn send_batches(
        &mut self,
        what: &str,
        batches: impl IntoIterator<Item = Batch>,
    ) -> Call {
        let first = self.next;
        let result = self.execute(batches);
        self.call(what, first, result)
    }

    /// Sends a row that ends the instance.
    pub(super) fn fault(&mut self, row: Row) -> Fault {
        self.fault_in(&[row])
    }

    /// Sends rows that end the instance.
    pub(super) fn fault_in(&mut self, rows: &[Row]) -> Fault {
        let title = format!("{}: {}", self.language, commands(rows));
        match self.execute([one_batch(rows)]) {
            Err(CallError::Fault(fault)) => fault,
            Err(CallError::Returned(error)) => {
                panic!("{title}: expected a fault, the component returned {error}")
            }
            Ok(outcome) => panic!("{title}: expected a fault, found {outcome:?}"),
        }
    }

    /// Checks that an earlier fault has ended the instance for good.
    pub(super) fn expect_dead(&mut self) {
        for result in [
            self.execute([one_batch(&[super::row::row("echo")])]),
            wait(self.instance.tick(0)),
            wait(self.instance.close(CloseReason::Stopped)),
        ] {
            match result {
                Err(CallError::Fault(fault)) => assert_eq!(
                    fault.kind,
                    FaultKind::Dead,
                    "{}: a call after a fault: {fault}",
                    self.language
                ),
                other => panic!("{}: a call after a fault: found {other:?}", self.language),
            }
        }
    }

    /// The bytes of memory of the instance.
    pub(super) fn memory(&self) -> u64 {
        self.instance.memory()
    }

    /// Ticks.
    pub(super) fn tick(&mut self, now_micros: u64) -> Call {
        let result = wait(self.instance.tick(now_micros));
        self.call("a tick", self.next, result)
    }

    /// Ticks; the error that the component returns.
    pub(super) fn failed_tick(&mut self) -> String {
        match wait(self.instance.tick(0)) {
            Err(CallError::Returned(error)) => error.into_string(),
            other => panic!(
                "{}: a tick: expected an error, found {other:?}",
                self.language
            ),
        }
    }

    /// Makes the last call.
    pub(super) fn close(&mut self, reason: CloseReason) -> Call {
        let result = wait(self.instance.close(reason));
        self.call("close", self.next, result)
    }

    fn execute(
        &mut self,
        batches: impl IntoIterator<Item = Batch>,
    ) -> Result<BoltOutcome, CallError> {
        let mut numbered = Vec::new();
        for batch in batches {
            let rows = u32::try_from(batch.columns.rows()).unwrap();
            numbered.push(InputBatch {
                input: batch.input,
                source_task: batch.source_task,
                first_row: self.next,
                columns: batch.columns,
            });
            self.next = self.next.wrapping_add(rows);
        }
        wait(self.instance.execute(&numbered))
    }

    /// Reads the result of a call whose first row had this handle, and stores what the call
    /// changed in the state of its task.
    fn call(&mut self, what: &str, first: u32, result: Result<BoltOutcome, CallError>) -> Call {
        let title = format!("{}: {what}", self.language);
        let outcome = result.unwrap_or_else(|error| panic!("{title}: {error}"));
        let holds = Holds {
            first,
            rows: self.next.wrapping_sub(first),
            kept: &self.kept,
        };
        let (found, reasons) = outcome::read(&outcome, &self.outputs, &holds)
            .unwrap_or_else(|error| panic!("{title}: {error}"));
        wait(self.instance.commit()).unwrap_or_else(|fault| panic!("{title}: {fault}"));
        for (handle, _) in &found.earlier {
            self.kept.remove(handle);
        }
        for (row, fate) in (0..).zip(&found.rows) {
            if *fate == Fate::Kept {
                self.kept.insert(first.wrapping_add(row));
            }
        }
        Call {
            title,
            first,
            found,
            reasons,
        }
    }
}

impl Call {
    /// The handle of a row of the call.
    pub(super) fn row(&self, row: u32) -> u32 {
        self.first.wrapping_add(row)
    }

    /// The handles of all its rows.
    pub(super) fn handles(&self) -> Vec<u32> {
        (0..)
            .map(|row| self.row(row))
            .take(self.found.rows.len())
            .collect()
    }

    /// What it came to, to look at by hand.
    pub(super) fn found(&self) -> &Outcome {
        &self.found
    }

    /// Checks that it came to this.
    #[track_caller]
    pub(super) fn is(&self, expected: &Outcome) {
        if let Some(difference) = expected.difference(&self.found) {
            let reasons = match self.reasons.is_empty() {
                true => String::new(),
                false => format!("\nrows that failed: {:#?}", self.reasons),
            };
            panic!("{}: {difference}{reasons}", self.title);
        }
    }

    /// Checks that a row failed, for a reason that contains all of these.
    #[track_caller]
    pub(super) fn failed_with(&self, handle: u32, texts: &[&str]) {
        let Some(reason) = self.reasons.get(&handle) else {
            panic!(
                "{}: expected row {handle} to fail, failed are {:?}",
                self.title, self.reasons
            );
        };
        for text in texts {
            assert!(
                reason.contains(text),
                "{}: expected a reason with `{text}`, found:\n{reason}",
                self.title
            );
        }
    }

    /// Checks that a row failed for exactly this reason.
    #[track_caller]
    pub(super) fn failed_because(&self, handle: u32, reason: &str) {
        let found = self.reasons.get(&handle).map(String::as_str);
        assert_eq!(
            found,
            Some(reason),
            "{}: the reason of row {handle}",
            self.title
        );
    }
}

/// Rows from the task 1 of `lines`.
pub(super) fn one_batch(rows: &[Row]) -> Batch {
    Batch {
        input: 0,
        source_task: 1,
        columns: columns(rows),
    }
}

/// The commands of rows, for messages.
fn commands(rows: &[Row]) -> String {
    match rows {
        [] => "nothing".to_owned(),
        [one] => format!("`{}`", one.command),
        [first, .., last] => format!(
            "{} rows from `{}` to `{}`",
            rows.len(),
            first.command,
            last.command
        ),
    }
}
