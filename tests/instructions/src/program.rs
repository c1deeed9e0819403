//! A program of hot paths: the benchmark `instructions` of a crate.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::baseline::{Baseline, Part, rounded};
use crate::command::Command;
use crate::compare::{Count, without_path};
use crate::error::Error;
use crate::report::Report;
use crate::{Counter, toolchain, valgrind};

/// How many per cent a path may differ from its baseline if it says nothing else. Counts
/// of the same binary differ by less than 0.1 %; what remains is for changes elsewhere
/// that make the compiler inline differently.
const TOLERANCE: f64 = 2.0;

/// One path: what is counted under which name.
pub struct HotPath {
    pub(crate) name: String,
    pub(crate) rows: u32,
    tolerance: f64,
    run: Box<dyn Fn(&mut Counter) + Sync>,
}

impl HotPath {
    /// A path. `name` begins with that of its program and a slash; `rows` is how many
    /// rows, or trees, one call works on; `run` prepares it and has it counted.
    pub fn new(
        name: impl Into<String>,
        rows: u32,
        run: impl Fn(&mut Counter) + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            rows,
            tolerance: TOLERANCE,
            run: Box::new(run),
        }
    }

    /// Allows another difference than 2 %.
    #[must_use]
    pub fn tolerance(mut self, percent: f64) -> Self {
        self.tolerance = percent;
        self
    }
}

impl fmt::Debug for HotPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HotPath")
            .field("name", &self.name)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// The hot paths of a crate.
#[derive(Debug)]
pub struct Program {
    /// Its name, which is also the first part of the names of its paths.
    pub name: &'static str,
    /// Where it may write: `env!("CARGO_TARGET_TMPDIR")`.
    pub dir: &'static str,
    /// What must be built before: done once, not under valgrind.
    pub build: fn(),
    /// What should be in a cache before: done once, under valgrind.
    pub load: Option<fn()>,
    /// The paths.
    pub paths: Vec<HotPath>,
}

impl Program {
    /// A program that needs nothing but its paths.
    pub fn new(name: &'static str, dir: &'static str, paths: Vec<HotPath>) -> Self {
        Self {
            name,
            dir,
            build: || (),
            load: None,
            paths,
        }
    }

    /// Does what the arguments of the process say; to be returned by `main`.
    pub fn main(&self) -> ExitCode {
        match Command::parse(std::env::args().skip(1)).and_then(|command| self.run(command)) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        }
    }

    /// Whether nothing failed.
    fn run(&self, command: Command) -> Result<bool, Error> {
        match command {
            Command::Count(name) => {
                let path = self.paths.iter().find(|path| path.name == name);
                let path = path.ok_or(Error::NoSuchPath(name))?;
                let mut counter = Counter::default();
                (path.run)(&mut counter);
                assert!(counter.counted(), "`{}` counts nothing", path.name);
                Ok(true)
            }
            Command::Load => {
                self.load.inspect(|load| load());
                Ok(true)
            }
            Command::Compare { only, accept } => {
                let chosen = |path: &&HotPath| {
                    only.is_empty() || only.iter().any(|start| path.name.starts_with(start))
                };
                let paths: Vec<_> = self.paths.iter().filter(chosen).collect();
                if paths.is_empty() {
                    return Ok(true);
                }
                toolchain::check_processor()?;
                (self.build)();
                if self.load.is_some() {
                    valgrind::load()?;
                }
                let counts = self.count(&paths)?;
                match accept {
                    true => self.accept(&counts, only.is_empty()).map(|()| true),
                    false => self.compare(counts, only.is_empty()),
                }
            }
        }
    }

    /// Counts paths, as many at a time as there are processors: they do not disturb each
    /// other.
    fn count(&self, paths: &[&HotPath]) -> Result<Vec<Count>, Error> {
        let dir = self.output_dir();
        std::fs::create_dir_all(&dir).map_err(Error::file(&dir))?;
        let next = AtomicUsize::new(0);
        let counts = Mutex::new(Vec::with_capacity(paths.len()));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let count = valgrind::count(path, &dir).map(|now| Count {
                            name: path.name.clone(),
                            now: rounded(now),
                            tolerance: path.tolerance,
                        });
                        lock(&counts).push(count);
                    }
                });
            }
        });
        let counts: Result<Vec<_>, _> = std::mem::take(&mut *lock(&counts)).into_iter().collect();
        let mut counts = counts?;
        counts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(counts)
    }

    /// Makes these counts the baseline; what is left of it goes if these are all.
    fn accept(&self, counts: &[Count], all: bool) -> Result<(), Error> {
        let file = baseline_file();
        let baseline = Baseline::read(&file)?;
        let mut instructions = match all {
            true => Default::default(),
            false => baseline.part(self.name).instructions,
        };
        instructions.extend(counts.iter().map(|count| (count.name.clone(), count.now)));
        let part = Part {
            taken_with: toolchain::describe(),
            instructions,
        };
        baseline.write(&file, self.name, part)?;
        println!("{}: {} paths accepted", self.name, counts.len());
        Ok(())
    }

    fn compare(&self, counts: Vec<Count>, all: bool) -> Result<bool, Error> {
        let part = Baseline::read(&baseline_file())?.part(self.name);
        let counts: Vec<_> = counts
            .into_iter()
            .map(|count| {
                let verdict = count.verdict(&part.instructions);
                (count, verdict)
            })
            .collect();
        let gone = match all {
            true => without_path(&part.instructions, |name| {
                self.paths.iter().any(|path| path.name == name)
            }),
            false => Vec::new(),
        };
        let report = Report {
            counts: &counts,
            gone: &gone,
            taken_with: (&part.taken_with, &toolchain::describe()),
            dir: &self.output_dir(),
        };
        println!("{}", report.text());
        Ok(!report.fails())
    }

    fn output_dir(&self) -> PathBuf {
        Path::new(self.dir).join("instructions")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The baseline lies beside the sources of this crate.
fn baseline_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("baseline.toml")
}
