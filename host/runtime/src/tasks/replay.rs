//! Dead letters that somebody asked to be processed once more.
//!
//! The store says which ([`Store::ask`]); it is looked at when the tasks are prepared, and
//! again whenever its file has changed. A letter is given to its task as a row with a tree
//! of its own, in a ledger that is for nothing else. When the tree is complete, the letter
//! is removed; if it fails, the letter stays and says so. If the process ends before, the
//! letter is still asked for, and the next process finds it: at least once, as everything.
//! What became of a letter is kept until it is stored, so a disk that is full has no letter
//! processed again and again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use stormcell_acking::{Fold, Outcome, RootId};
use stormcell_batch::{Batch, Columns, ColumnsBuilder, Schema};
use stormcell_dead_letters::{DeadLetter, Store, StoreError, StoredLetter, Turn};
use stormcell_topology::ComponentKind;

use super::{Handle, Tasks};
use crate::account::Held;
use crate::holders::Holders;
use crate::mailbox::{self, Delivery};
use crate::place::Place;
use crate::router::{Descent, FromCall, Parents, Rows};
use crate::rows::CallRows;
use crate::task::{ReplayedRow, SpoutCommand, why};
use crate::tracker::Tracker;
use crate::wiring::Wiring;

/// How often it is looked whether letters are asked for.
const LOOK: Duration = Duration::from_secs(1);
/// How many letters are replayed at a time: their rows are in memory.
const AT_ONCE: usize = 64;

/// The letters that are being replayed.
#[derive(Default)]
pub(super) struct Replays {
    /// The ledger of their trees.
    tracker: Option<Arc<Tracker>>,
    pending: BTreeMap<RootId, StoredLetter>,
    /// Letters of which the store has not been told yet what became of them: the numbers of
    /// those that were processed, and the others.
    processed: Vec<u64>,
    in_vain: Vec<StoredLetter>,
    /// What the file of the store was like when it was read last, and whether it was like
    /// that the time before. Times of files are coarse: a change may leave them as they were.
    seen: Option<(SystemTime, u64)>,
    seen_twice: bool,
    /// Held by a process that runs a whole topology, once it replays letters.
    turn: Option<Turn>,
    /// It was said that another process has the turn.
    no_turn: bool,
    /// How often there was something to replay.
    passes: u32,
    /// When trees are looked at that may have timed out.
    rotate_at: Option<tokio::time::Instant>,
}

/// Where a letter goes.
enum Target {
    /// To the task of a bolt, by this input.
    Bolt(u32, u32),
    /// To the task of a spout, which emits it on this stream.
    Spout(u32, usize),
}

impl Tasks {
    /// Replays dead letters whenever somebody asks for it, for ever.
    pub async fn replay(&self) {
        if self.base.options.dead_letters.is_none() {
            std::future::pending::<()>().await;
        }
        loop {
            self.replay_once().await;
            match self.base.place {
                // Its end waits for letters as well, and is to be woken first.
                Place::Alone => tokio::time::sleep(LOOK).await,
                Place::Worker(_) => self.replayed().await,
            }
        }
    }

    /// Answers letters whose trees have settled, and begins with those that are asked for.
    /// Returns whether some are being replayed.
    pub(crate) async fn replay_once(&self) -> bool {
        let left = self.replay_some().await;
        self.base.replayed.set_left(left);
        left
    }

    async fn replay_some(&self) -> bool {
        let wiring = self.wiring();
        let Some(store) = self.base.options.dead_letters.clone() else {
            return false;
        };
        let Some(tracker) = wiring.trackers.replays() else {
            return false;
        };
        let mut replays = self.replays.lock().await;
        replays.follow(tracker);
        let timeout = self.base.options.message_timeout;
        let timeout = timeout.or(wiring.job.topology.message_timeout());
        replays.rotate(timeout, &wiring.holders).await;
        let mut result = self.answer(&mut replays, &store).await.map(|()| true);
        while let Ok(true) = result {
            result = self.begin(&store, &wiring, &mut replays).await;
            // If none of those could be given to a task, there may be others.
            if !replays.pending.is_empty() {
                break;
            }
        }
        if let Err(error) = result {
            tracing::warn!("dead letters cannot be replayed: {error}");
        }
        // A worker goes on until the store knows what became of them: if it ended, the next
        // one would have them processed again. A run ends, and says what is left.
        let untold = !replays.processed.is_empty() || !replays.in_vain.is_empty();
        let waits = untold && matches!(self.base.place, Place::Worker(_));
        !replays.pending.is_empty() || waits
    }

    /// Waits until a letter may have been replayed.
    pub(crate) async fn replayed(&self) {
        let wiring = self.wiring();
        let Some(tracker) = wiring.trackers.replays() else {
            return tokio::time::sleep(LOOK).await;
        };
        tokio::select! {
            () = tracker.settled() => {}
            // Trees time out when somebody looks.
            () = tokio::time::sleep(LOOK) => {}
        }
    }

    /// Answers letters whose trees have settled, at the end of a run.
    pub(crate) async fn answer_replays(&self) {
        let Some(store) = &self.base.options.dead_letters else {
            return;
        };
        let mut replays = self.replays.lock().await;
        if let Err(error) = self.answer(&mut replays, store).await {
            tracing::warn!("replayed dead letters stay: {error}");
        }
    }

    /// Begins with letters that are asked for. Returns whether there were any.
    async fn begin(
        &self,
        store: &Store,
        wiring: &Arc<Wiring>,
        replays: &mut Replays,
    ) -> Result<bool, StoreError> {
        // What cannot be looked at is not there.
        let state = std::fs::metadata(store.path())
            .and_then(|file| Ok((file.modified()?, file.len())))
            .ok();
        if state.is_none() || (state == replays.seen && replays.seen_twice) {
            return Ok(false);
        }
        let busy: Vec<u64> = replays.pending.values().map(|letter| letter.id).collect();
        let (of, reader) = (Arc::clone(wiring), store.clone());
        let asked = blocking(move || {
            reader.asked(AT_ONCE.saturating_sub(busy.len()), |letter| {
                !busy.contains(&letter.id) && of.runs(&letter.letter)
            })
        });
        let asked = asked.await?;
        replays.seen_twice = state == replays.seen;
        replays.seen = state;
        if asked.is_empty() {
            return Ok(false);
        }
        if matches!(self.base.place, Place::Alone) && replays.turn.is_none() {
            replays.turn = store.take_turn()?;
            if replays.turn.is_none() {
                if !std::mem::replace(&mut replays.no_turn, true) {
                    let name = wiring.job.topology.name();
                    tracing::warn!("dead letters of {name} are being replayed by another process");
                }
                return Ok(false);
            }
        }
        replays.passes = replays.passes.wrapping_add(1);
        for mut letter in asked {
            // One whose task has ended stays asked for: what runs next has it processed.
            if let Err(reason) = self.give(wiring, replays, &letter) {
                letter.letter.last_replay = Some(format!("it was not replayed: {reason}"));
                replays.in_vain.push(letter);
            }
        }
        self.tell(replays, store).await?;
        Ok(true)
    }

    /// Tells the store what became of letters whose trees have settled.
    async fn answer(&self, replays: &mut Replays, store: &Store) -> Result<(), StoreError> {
        replays.take_settled();
        self.tell(replays, store).await
    }

    /// Tells the store what became of letters.
    async fn tell(&self, replays: &mut Replays, store: &Store) -> Result<(), StoreError> {
        if replays.processed.is_empty() && replays.in_vain.is_empty() {
            return Ok(());
        }
        // There may be more that are asked for.
        replays.seen = None;
        let (processed, in_vain) = (replays.processed.clone(), replays.in_vain.clone());
        let (store, counts) = (store.clone(), (processed.len(), in_vain.len()));
        blocking(move || store.answer(&processed, &in_vain)).await?;
        replays.processed.clear();
        replays.in_vain.clear();
        self.base.replayed.count(counts.0, counts.1);
        Ok(())
    }

    /// Gives the row of a letter to its task, unless that has ended.
    fn give(
        &self,
        wiring: &Wiring,
        replays: &mut Replays,
        stored: &StoredLetter,
    ) -> Result<(), String> {
        let letter = &stored.letter;
        let target = wiring.target(letter)?;
        let columns = row(letter, wiring.schema(&target)?)?;
        let tracker = replays.tracker.clone().ok_or("it has no ledger")?;
        let end = match target {
            Target::Bolt(task, _) => wiring.mailbox(task).cloned().map(Handle::Bolt),
            Target::Spout(task, _) => self.handles.lock().get(&task).cloned(),
        };
        let Some(end) = end else {
            return Ok(());
        };
        let root = tracker.lock().open(1).ok_or("its ledger is full")?;
        replays.pending.insert(root.first, stored.clone());
        match (target, end) {
            (Target::Spout(_, output), Handle::Spout(commands)) => {
                let row = ReplayedRow {
                    root,
                    tracker,
                    output,
                    columns,
                };
                // A task that is gone is reported by the spawner.
                let _ = commands.send(SpoutCommand::Emit(Box::new(row)));
            }
            (Target::Bolt(_, input), Handle::Bolt(mailbox)) => {
                let mut edges = wiring.replay_edges(replays.passes ^ stored.id as u32);
                let mut call = CallRows::emitted(&[root]);
                let mut descent = FromCall {
                    call: &mut call,
                    parents: Parents::From(0),
                };
                let lineage = descent.lineage(Rows::Range(0..1), &mut edges);
                let mut sent = Fold::new();
                call.ack_all(&mut sent);
                tracker.change(|ledger| ledger.init_all(sent.updates()));
                // A few at a time, and asked for: they are charged whatever waits.
                let batch = Batch::new(columns, lineage);
                let cost = mailbox::cost(&batch.lineage) + batch.columns.cost();
                let own = mailbox.load.queues().account().charge(cost);
                mailbox.push(Delivery {
                    input,
                    source_task: letter.source.task,
                    batch,
                    credit: None,
                    held: Some(Held::new(own, None)),
                });
            }
            _ => return Err("its component is of another kind now".to_owned()),
        }
        Ok(())
    }
}

impl Replays {
    /// Uses this ledger. Of trees in another, which an earlier plan had, nothing is known
    /// any more; their letters are still asked for.
    fn follow(&mut self, tracker: &Arc<Tracker>) {
        let same = self.tracker.as_ref();
        if !same.is_some_and(|same| Arc::ptr_eq(same, tracker)) {
            self.tracker = Some(Arc::clone(tracker));
            self.pending.clear();
            self.seen = None;
        }
    }

    async fn rotate(&mut self, timeout: Option<Duration>, holders: &Holders) {
        let (Some(tracker), Some(timeout)) = (&self.tracker, timeout) else {
            return;
        };
        let now = tokio::time::Instant::now();
        let at = *self.rotate_at.get_or_insert(now + timeout);
        if at <= now {
            holders.time_out(tracker).await;
            self.rotate_at = Some(now + timeout);
        }
    }

    /// Finds out what became of letters.
    fn take_settled(&mut self) {
        let Some(tracker) = &self.tracker else { return };
        let mut settled = Vec::new();
        tracker.lock().take_settled(&mut settled);
        for settled in settled {
            for root in settled.roots.iter() {
                let cause = tracker.causes().take(root);
                let Some(mut letter) = self.pending.remove(&root) else {
                    continue;
                };
                match settled.outcome {
                    Outcome::Acked => self.processed.push(letter.id),
                    Outcome::Failed(reason) => {
                        letter.letter.attempts = letter.letter.attempts.saturating_add(1);
                        letter.letter.last_replay = Some(why(reason, cause.as_deref()));
                        self.in_vain.push(letter);
                    }
                }
            }
        }
    }
}

impl Wiring {
    /// Whether a task of this process is to have this letter. One whose component is gone is
    /// answered where the first task of the topology is: somebody has to say so.
    fn runs(&self, letter: &DeadLetter) -> bool {
        let first = || self.job.plan.tasks().first().map(|task| task.id);
        let task = self.task_for(letter).or_else(first);
        task.is_some_and(|task| self.local.contains_key(&task))
    }

    /// The task that a letter is for: its own, or if that is gone the first of its
    /// component.
    fn task_for(&self, letter: &DeadLetter) -> Option<u32> {
        let mut tasks = self.job.plan.tasks_of(&letter.component);
        let first = tasks.clone().next()?;
        Some(tasks.find(|task| *task == letter.task).unwrap_or(first))
    }

    fn target(&self, letter: &DeadLetter) -> Result<Target, String> {
        let gone = || {
            format!(
                "the topology has no component `{}` any more",
                letter.component
            )
        };
        let task = self.task_for(letter).ok_or_else(gone)?;
        let component = self.job.topology.component(&letter.component);
        let component = component.ok_or_else(gone)?;
        match component.kind {
            ComponentKind::Spout => {
                let mut outputs = component.description.outputs.iter();
                let output = outputs.position(|output| output.name == letter.source.stream);
                let output = output.ok_or("its stream is gone")?;
                Ok(Target::Spout(task, output))
            }
            ComponentKind::Bolt => {
                let mut inputs = self.job.topology.inputs(&component.id);
                let source = &letter.source;
                let input = inputs.position(|input| {
                    input.from == source.component && input.stream == source.stream
                });
                let input = input.ok_or("it does not subscribe to the stream any more")?;
                Ok(Target::Bolt(task, input as u32))
            }
        }
    }

    fn schema(&self, target: &Target) -> Result<&Schema, String> {
        let schema = match target {
            Target::Bolt(task, input) => self.input_schema(*task, *input),
            Target::Spout(task, output) => self.local.get(task).and_then(|local| {
                let outputs = &self.component(local.at).description.outputs;
                outputs.get(*output).map(|output| &output.schema)
            }),
        };
        schema.ok_or_else(|| "its stream is gone".to_owned())
    }
}

/// The row of a letter, as the stream has it now.
fn row(letter: &DeadLetter, schema: &Schema) -> Result<Columns, String> {
    let names: Vec<&str> = letter.row.iter().map(|cell| cell.name.as_str()).collect();
    let fields = schema.fields().iter();
    if !fields.map(|field| field.name.as_str()).eq(names) {
        return Err(format!("the fields of its stream are {schema} now"));
    }
    let values = letter.row.iter().map(|cell| cell.value());
    let values: Result<Vec<_>, _> = values.collect();
    let values = values.map_err(|error| error.to_string())?;
    let columns = ColumnsBuilder::new(schema).push(values).finish();
    columns.map_err(|error| format!("the fields of its stream are {schema} now: {error}"))
}

/// Does something on a thread for blocking work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends.
            Err(_) => std::future::pending().await,
        },
    }
}
