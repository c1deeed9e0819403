//! The task of one topology: in which state it is, and what comes in.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use stormcell_coordinator::{Answer, Command, Event};
use stormcell_protocol::api::{Problem, ProblemCode, TopologyDetail, TopologySummary};
use stormcell_protocol::record::{Desired, Record};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::letters::Letters;
use super::load::{Known, Loaded, load};
use super::log::Log;
use super::running::{Broken, Running};
use super::workers::Workers;
use super::{Begin, Connection, Input, Said, View, shown};
use crate::context::Context;
use crate::{problem, state};

/// How often the coordinator is told that time passes.
const TICK: Duration = Duration::from_millis(100);
/// How often it is tried again to find out about a process, or to store or remove a
/// record.
const RETRY: Duration = Duration::from_secs(1);
/// How often component files that cannot be loaded are looked for, besides whenever one
/// is uploaded.
const RELOAD: Duration = Duration::from_secs(30);
/// A topology whose record could not be stored goes on after one second, then two, and so
/// on up to this.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// Where the task hears from.
pub(super) struct Channels {
    pub(super) inputs: mpsc::UnboundedReceiver<Input>,
    pub(super) said: mpsc::Receiver<Said>,
    /// The other end of `inputs`, for processes that end.
    pub(super) own: mpsc::UnboundedSender<Input>,
}

type Asked = oneshot::Sender<Result<Answer, Problem>>;

enum State {
    /// Its components are being loaded. Workers that connect wait.
    Loading(BoxFuture<'static, Result<Loaded, Problem>>, Vec<Connection>),
    /// They cannot be loaded. Its workers go on; their connections are ended.
    Blocked(Problem),
    /// It runs.
    Running(Box<Running>),
    /// Its workers are being ended without a coordinator, then this is answered.
    Ending(Vec<Asked>),
    /// Its workers have ended, to be started by a later supervisor.
    Suspended,
    /// Nothing of it runs, and its record is to be removed.
    Removing(Option<Problem>),
}

/// The task of one topology.
pub(super) struct Task {
    context: Arc<Context>,
    channels: Channels,
    /// What is stored of it, as far as it is known here.
    record: Record,
    /// What its components were when they were loaded last.
    known: Option<Known>,
    workers: Workers,
    log: Arc<Log>,
    /// Dead letters that may be asked for.
    letters: Letters,
    state: State,
    /// When processes are looked at again.
    retry_at: Instant,
    /// When the components of a blocked topology are loaded again.
    load_at: Instant,
    /// How often in a row a record could not be stored, and why the last time.
    failures: u32,
    not_stored: Option<Problem>,
    /// Why its components could not be loaded the last time, which was logged.
    not_loaded: Option<Problem>,
}

enum Next {
    Input(Option<Input>),
    Said(Said),
    Loaded(Box<Result<Loaded, Problem>>),
    Tick,
}

impl Task {
    pub(super) fn new(context: Arc<Context>, channels: Channels, begin: Begin) -> Self {
        let own = channels.own.clone();
        let submitted = match &begin {
            Begin::Submitted(record, _) | Begin::Stored(record) => &record.submitted,
        };
        let (name, submission) = (submitted.name.clone(), submitted.submission);
        let log = Arc::new(Log::open(&context.data, &name, submission, context.clock));
        let (record, known, state) = match begin {
            Begin::Submitted(record, topology) => {
                let context = Arc::clone(&context);
                let known = (record.modules.clone(), Arc::clone(&topology));
                let running =
                    Running::new(context, record.clone(), topology, false, Arc::clone(&log));
                (record, Some(known), State::Running(Box::new(running)))
            }
            Begin::Stored(record) => {
                let context = Arc::clone(&context);
                let loading = Box::pin(load(context, record.clone(), None, Duration::ZERO));
                (record, None, State::Loading(loading, Vec::new()))
            }
        };
        let letters = Letters::of(&context.data, &name);
        let workers = Workers::new(&name, submission, Arc::clone(&context.processes), own);
        Self {
            context,
            channels,
            record,
            known,
            workers,
            log,
            letters,
            state,
            retry_at: Instant::now() + RETRY,
            load_at: Instant::now(),
            failures: 0,
            not_stored: None,
            not_loaded: None,
        }
    }

    /// Runs until the topology is removed or the task is stopped.
    pub(super) async fn run(mut self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_loading = matches!(self.state, State::Loading(..));
            let next = tokio::select! {
                biased;
                input = self.channels.inputs.recv() => Next::Input(input),
                // While components are loaded, what workers say waits.
                Some(said) = self.channels.said.recv(), if !is_loading => Next::Said(said),
                loaded = loaded(&mut self.state), if is_loading => Next::Loaded(Box::new(loaded)),
                _ = ticks.tick() => Next::Tick,
            };
            if self.take(next).await.is_break() {
                return;
            }
        }
    }

    async fn take(&mut self, next: Next) -> ControlFlow<()> {
        let result = match next {
            Next::Input(None | Some(Input::Stop)) => return ControlFlow::Break(()),
            Next::Input(Some(input)) => self.input(input).await,
            Next::Said(said) => match &mut self.state {
                State::Running(running) => {
                    let Said {
                        connection,
                        worker,
                        message,
                    } = said;
                    running
                        .said(&mut self.workers, connection, worker, message)
                        .await
                }
                _ => Ok(()),
            },
            Next::Loaded(loaded) => match *loaded {
                Ok(loaded) => self.begin(loaded).await,
                Err(problem) => {
                    self.block(problem);
                    Ok(())
                }
            },
            Next::Tick => return self.tick().await,
        };
        self.settle(result);
        ControlFlow::Continue(())
    }

    async fn input(&mut self, input: Input) -> Result<(), Broken> {
        match input {
            Input::Command(command, answer) => return self.command(command, answer).await,
            Input::Summary(answer) => drop(answer.send(self.summary())),
            Input::Detail(answer) => drop(answer.send(self.detail())),
            Input::View(answer) => drop(answer.send(self.view())),
            Input::Connected(connection) => match &mut self.state {
                State::Running(running) => {
                    return running.connected(&mut self.workers, connection).await;
                }
                State::Loading(_, waiting) => waiting.push(connection),
                // It connects again after a while.
                _ => drop(connection),
            },
            Input::Disconnected(connection, worker) => match &mut self.state {
                State::Running(running) => {
                    return running
                        .disconnected(&mut self.workers, connection, worker)
                        .await;
                }
                State::Loading(_, waiting) => waiting.retain(|c| c.id != connection),
                _ => {}
            },
            Input::Exited(worker, reason) => {
                self.workers.exited(worker);
                if let State::Running(running) = &mut self.state {
                    let event = Event::Exited(worker, reason);
                    return running.handle(&mut self.workers, event).await;
                }
            }
            Input::Retry => {
                if matches!(self.state, State::Blocked(_)) {
                    self.load(Duration::ZERO);
                }
            }
            Input::LettersAsked => {
                self.letters.look_again();
                return self.replay_letters().await;
            }
            Input::EndWorkers(answer) => match &mut self.state {
                State::Ending(waiting) => waiting.push(answer),
                // Nothing of it runs.
                State::Suspended | State::Removing(_) => {}
                _ => self.end_workers(vec![answer]),
            },
            Input::Stop => {}
        }
        Ok(())
    }

    async fn command(&mut self, command: Command, answer: Asked) -> Result<(), Broken> {
        match &mut self.state {
            State::Running(running) => {
                return running.command(&mut self.workers, command, answer).await;
            }
            State::Ending(waiting) if matches!(command, Command::Suspend { .. }) => {
                waiting.push(answer);
                return Ok(());
            }
            State::Ending(_) if matches!(command, Command::Kill(_)) => {}
            State::Loading(..) | State::Blocked(_) => {}
            State::Ending(_) | State::Suspended | State::Removing(_) => {
                let name = &self.record.submitted.name;
                let refused = problem::conflict(format!("`{name}` is being ended"));
                drop(answer.send(Err(refused)));
                return Ok(());
            }
        }
        match command {
            Command::Kill(kill) => {
                let mut killed = self.record.clone();
                killed.desired = Desired::Killed;
                killed.remove_state |= kill.remove_state;
                match self.context.store.put(&killed).await {
                    Ok(()) => {
                        self.record = killed;
                        match &mut self.state {
                            State::Ending(waiting) => waiting.push(answer),
                            _ => self.end_workers(vec![answer]),
                        }
                    }
                    Err(error) => drop(answer.send(Err(problem::storage(error)))),
                }
            }
            Command::Suspend { .. } => self.end_workers(vec![answer]),
            _ => drop(answer.send(Err(self.refusal()))),
        }
        Ok(())
    }

    /// Why nothing but a kill can be done with it.
    fn refusal(&self) -> Problem {
        let name = &self.record.submitted.name;
        match &self.state {
            State::Loading(..) => Problem {
                code: ProblemCode::Busy,
                ..problem::conflict(format!(
                    "the components of `{name}` are still being loaded; try again"
                ))
            },
            State::Blocked(why) => problem::conflict(format!(
                "`{name}` does not run: {}; mend that, or kill it",
                why.message
            )),
            _ => problem::conflict(format!("`{name}` does not run")),
        }
    }

    async fn begin(&mut self, (record, topology): Loaded) -> Result<(), Broken> {
        self.record = record.clone();
        self.known = Some((record.modules.clone(), Arc::clone(&topology)));
        self.not_loaded = None;
        let planned = record.plan.workers();
        let (context, log) = (Arc::clone(&self.context), Arc::clone(&self.log));
        let mut running = Box::new(Running::new(context, record, topology, true, log));
        let events = self.workers.adopt(planned);
        let waiting = match &mut self.state {
            State::Loading(_, waiting) => std::mem::take(waiting),
            _ => Vec::new(),
        };
        let mut result = Ok(());
        for event in events {
            if result.is_ok() {
                result = running.handle(&mut self.workers, event).await;
            }
        }
        for connection in waiting {
            if result.is_ok() {
                result = running.connected(&mut self.workers, connection).await;
            }
        }
        self.state = State::Running(running);
        result
    }

    async fn tick(&mut self) -> ControlFlow<()> {
        let now = Instant::now();
        let retry = now >= self.retry_at;
        if retry {
            self.retry_at = now + RETRY;
        }
        let mut events = if retry {
            self.workers.retry()
        } else {
            Vec::new()
        };
        match &mut self.state {
            State::Running(running) => {
                events.push(Event::Tick);
                let mut result = Ok(());
                for event in events {
                    if result.is_ok() {
                        result = running.handle(&mut self.workers, event).await;
                    }
                }
                self.settle(result);
                if retry {
                    let result = self.replay_letters().await;
                    self.settle(result);
                    self.store_again().await;
                }
            }
            State::Blocked(_) if now >= self.load_at => self.load(Duration::ZERO),
            State::Ending(answers) if self.workers.none() => {
                let answers = std::mem::take(answers);
                self.ended(answers);
            }
            State::Removing(_) => return self.remove().await,
            State::Loading(..) | State::Blocked(_) | State::Ending(_) | State::Suspended => {}
        }
        ControlFlow::Continue(())
    }

    /// Has a topology that has finished run once more, if dead letters of it are asked for.
    async fn replay_letters(&mut self) -> Result<(), Broken> {
        let State::Running(running) = &mut self.state else {
            // It looks when it runs.
            return Ok(());
        };
        if !running.is_over() {
            return Ok(());
        }
        match self.letters.asked().await {
            Ok(true) => {
                let begun = running.handle(&mut self.workers, Event::LettersAsked).await;
                if running.is_over() {
                    // Workers of the run before have not ended yet.
                    self.letters.look_again();
                }
                begun
            }
            Ok(false) => Ok(()),
            Err(reason) => {
                let what = format!("it is not known whether dead letters are asked for: {reason}");
                self.log.write("warn", what);
                Ok(())
            }
        }
    }

    /// Takes note of what came of an event.
    fn settle(&mut self, result: Result<(), Broken>) {
        if let State::Running(running) = &mut self.state
            && let Some(stored) = running.take_stored()
        {
            self.record = *stored;
            self.failures = 0;
            self.not_stored = None;
        }
        match result {
            Ok(()) => {}
            Err(Broken::Removed) => self.state = State::Removing(None),
            Err(Broken::NotStored(error)) => {
                self.log.write("error", error.to_string());
                if let State::Running(running) = &mut self.state {
                    running.refuse_all(&error);
                }
                self.not_stored = Some(problem::storage(&error));
                let pause = Duration::from_secs(1 << self.failures.min(4)).min(MAX_PAUSE);
                self.failures = self.failures.saturating_add(1);
                self.load(pause);
            }
        }
    }

    /// After a failure, stores what holds once more: until that goes well, it is not
    /// certain what a later supervisor would read, and people are told that.
    async fn store_again(&mut self) {
        if self.not_stored.is_none() || !matches!(self.state, State::Running(_)) {
            return;
        }
        match self.context.store.put(&self.record).await {
            Ok(()) => {
                self.failures = 0;
                self.not_stored = None;
                self.log
                    .write("info", "records can be stored again".to_owned());
            }
            Err(error) => self.not_stored = Some(problem::storage(error)),
        }
    }

    /// Loads what is stored after a pause. Connections end; workers connect again.
    fn load(&mut self, pause: Duration) {
        let (context, known) = (Arc::clone(&self.context), self.known.clone());
        let loading = Box::pin(load(context, self.record.clone(), known, pause));
        self.state = State::Loading(loading, Vec::new());
    }

    fn block(&mut self, problem: Problem) {
        if self.record.desired == Desired::Killed {
            return self.end_workers(Vec::new());
        }
        if self.not_loaded.as_ref() != Some(&problem) {
            self.log.write("error", problem.message.clone());
            self.not_loaded = Some(problem.clone());
        }
        self.load_at = Instant::now() + RELOAD;
        // Those that are alive are counted, and ended if the topology is killed.
        drop(self.workers.adopt(self.record.plan.workers()));
        self.state = State::Blocked(problem);
    }

    fn end_workers(&mut self, answers: Vec<Asked>) {
        self.workers.end_all(self.record.plan.workers());
        self.state = State::Ending(answers);
    }

    /// All workers have ended without a coordinator.
    fn ended(&mut self, answers: Vec<Asked>) {
        let killed = self.record.desired == Desired::Killed;
        self.state = if killed {
            State::Removing(None)
        } else {
            State::Suspended
        };
        for answer in answers {
            drop(answer.send(Ok(Answer::Topology(Box::new(self.summary())))));
        }
    }

    async fn remove(&mut self) -> ControlFlow<()> {
        match self.forget().await {
            Ok(()) => {
                let name = &self.record.submitted.name;
                self.context.topologies.remove(name);
                self.context.keep_logs_within().await;
                ControlFlow::Break(())
            }
            Err(problem) => {
                let first = matches!(self.state, State::Removing(None));
                if first {
                    self.log.write("error", problem.message.clone());
                }
                self.state = State::Removing(Some(problem));
                sleep(RETRY).await;
                ControlFlow::Continue(())
            }
        }
    }

    /// Removes what its tasks keep, if that is asked for, and then its record: for as long as
    /// that is there, nobody can submit a topology of its name, and a later supervisor goes
    /// on here.
    async fn forget(&mut self) -> Result<(), Problem> {
        let name = &self.record.submitted.name;
        if self.record.remove_state && state::remove(&self.context.data, name).await? {
            let removed = "what its tasks kept is removed".to_owned();
            self.log.write("info", removed);
        }
        let removed = self.context.store.remove(name).await;
        removed.map_err(problem::storage)
    }

    fn summary(&self) -> TopologySummary {
        let up = self.workers.count();
        let shown = |operation, problem: Option<&Problem>| {
            let problem = problem.map(|problem| problem.message.as_str());
            shown::summary(&self.record, up, operation, problem)
        };
        match &self.state {
            State::Running(running) => {
                let mut summary = running.summary();
                if let (None, Some(problem)) = (&summary.problem, &self.not_stored) {
                    summary.problem = Some(problem.message.clone());
                }
                summary
            }
            State::Loading(..) => shown(Some("loading components"), self.not_stored.as_ref()),
            State::Blocked(problem) => shown(None, Some(problem)),
            State::Ending(_) => shown(Some("ending workers"), None),
            State::Suspended => shown(Some("suspended"), None),
            State::Removing(problem) => shown(Some("removing"), problem.as_ref()),
        }
    }

    fn detail(&self) -> TopologyDetail {
        match &self.state {
            State::Running(running) => TopologyDetail {
                summary: self.summary(),
                ..running.detail()
            },
            _ => shown::detail(&self.record, self.summary()),
        }
    }

    fn view(&self) -> Result<View, Problem> {
        match &self.state {
            State::Running(running) => Ok(running.view()),
            _ => Err(self.refusal()),
        }
    }
}

/// Waits for the components, if they are being loaded.
async fn loaded(state: &mut State) -> Result<Loaded, Problem> {
    match state {
        State::Loading(loading, _) => loading.await,
        _ => std::future::pending().await,
    }
}
