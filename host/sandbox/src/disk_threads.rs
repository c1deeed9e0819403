//! The threads on which components wait for disks.
//!
//! A disk, or a server behind one, may answer nothing for ever, and then the thread that asks
//! it is lost: `host-time` ends the call that waits for it, and nobody can end the thread. So
//! components have threads of their own for that, [`THREADS`] in a process, and what the host
//! does on its others goes on. A task that has lost [`LOST`] of them gets no new instance
//! until one comes back.

use std::any::Any;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::{Builder, EnterGuard, Handle, Runtime, RuntimeFlavor};

/// The threads of a process on which components wait for disks.
const THREADS: usize = 128;
/// So many of them may one task have lost.
const LOST: usize = 8;

/// The threads. Nobody waits for them when the process ends.
static POOL: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let mut builder = Builder::new_current_thread();
    builder
        .max_blocking_threads(THREADS)
        .thread_name("stormcell-disk");
    builder.build().ok()
});

/// Who waits for disks: these threads, or where the clock may stand still those of the
/// runtime, which knows by them that something goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiskThreads {
    OfComponents,
    OfRuntime,
}

impl DiskThreads {
    /// Those for components of the runtime that this is called in. Only a runtime of one
    /// thread can have a clock that stands still, and such a clock jumps ahead unless what
    /// goes on is on a thread that the runtime knows.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub(crate) fn here() -> Self {
        match Handle::current().runtime_flavor() {
            RuntimeFlavor::CurrentThread => Self::OfRuntime,
            _ => Self::OfComponents,
        }
    }

    /// What is blocking until this is dropped is done by them.
    pub(crate) fn enter(self) -> Option<EnterGuard<'static>> {
        match self {
            Self::OfComponents => POOL.as_ref().map(Runtime::enter),
            Self::OfRuntime => None,
        }
    }

    /// Does this, and what is blocking of it on them. It must wait for nothing else: no time
    /// passes for it.
    pub(crate) async fn run<F: Future>(self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| {
            let _entered = self.enter();
            work.as_mut().poll(context)
        })
        .await
    }

    /// Does what blocks on one of them. `None`: it panicked.
    pub(crate) async fn block<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let doing = {
            let _entered = self.enter();
            tokio::task::spawn_blocking(work)
        };
        doing.await.ok()
    }
}

/// What a thread holds that waits for a disk: a file, for as long as it reads it.
pub(crate) type Held = Weak<dyn Any + Send + Sync>;

/// What the instances of all tasks of a process have open.
#[derive(Debug, Default)]
pub(crate) struct LostThreads(Mutex<HashMap<[u8; 32], Arc<Task>>>);

/// What the instances of one task have open.
#[derive(Debug, Default)]
struct Task(Mutex<Vec<Open>>);

#[derive(Debug)]
struct Open {
    instance: Weak<()>,
    held: Held,
}

impl Task {
    /// How many threads still hold what an instance had open that is gone.
    fn lost(&self) -> usize {
        let mut open = self.0.lock();
        open.retain(|open| open.held.strong_count() > 0);
        let is_gone = |open: &&Open| open.instance.strong_count() == 0;
        open.iter().filter(is_gone).count()
    }
}

impl LostThreads {
    /// A new instance of this task.
    ///
    /// # Errors
    /// If too many threads are lost to those before it.
    pub(crate) fn of_instance(&self, task: [u8; 32]) -> Result<OpenOfInstance, String> {
        let mut tasks = self.0.lock();
        tasks.retain(|_, task| Arc::strong_count(task) > 1 || task.lost() > 0);
        let task = Arc::clone(tasks.entry(task).or_default());
        drop(tasks);
        let lost = task.lost();
        if lost >= LOST {
            return Err(format!(
                "grants.files: {lost} threads still wait for files of instances that are gone, \
                 which `host-time` ended, and {LOST} are the most that a task may lose: see why \
                 the disk of its folders answers nothing"
            ));
        }
        Ok(OpenOfInstance {
            task,
            instance: Arc::default(),
        })
    }
}

/// What one instance has open.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenOfInstance {
    task: Arc<Task>,
    instance: Arc<()>,
}

impl OpenOfInstance {
    /// It has opened this.
    pub(crate) fn add(&self, held: Held) {
        let mut open = self.task.0.lock();
        if open.len() == open.capacity() {
            open.retain(|open| open.held.strong_count() > 0);
        }
        open.push(Open {
            instance: Arc::downgrade(&self.instance),
            held,
        });
    }

    /// Does what blocks on one of the threads, and is given up after so long.
    ///
    /// # Errors
    /// If it took longer, or panicked.
    pub(crate) async fn block<T: Send + 'static>(
        &self,
        threads: DiskThreads,
        most: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let held = Arc::new(());
        let of_it: Arc<dyn Any + Send + Sync> = Arc::<()>::clone(&held);
        self.add(Arc::downgrade(&of_it));
        drop(of_it);
        let doing = threads.block(move || {
            let _held = held;
            work()
        });
        match tokio::time::timeout(most, doing).await {
            Ok(Some(done)) => Ok(done),
            Ok(None) => Err("the thread that opens it panicked".to_owned()),
            Err(_) => Err(format!(
                "answers nothing: it was given up after {most:?} (`host-time`)"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::mpsc;

    use super::*;

    const MOST: Duration = Duration::from_millis(1);

    /// A disk that answers nothing costs a task its threads, and then its instances; other
    /// tasks, and what the host itself does, go on.
    #[tokio::test]
    async fn a_disk_that_answers_nothing_takes_the_threads_of_one_task() {
        let all = LostThreads::default();
        let mut answers = Vec::new();
        for _ in 0..LOST {
            let instance = all.of_instance([1; 32]).unwrap();
            let (answer, asked) = mpsc::channel::<()>();
            answers.push(answer);
            let threads = DiskThreads::OfComponents;
            let opened = instance.block(threads, MOST, move || asked.recv()).await;
            assert!(opened.unwrap_err().contains("`host-time`"));
        }
        let refused = all.of_instance([1; 32]).unwrap_err();
        assert!(refused.contains("8 threads still wait"), "{refused}");
        let other = all.of_instance([2; 32]).unwrap();
        let done = other.block(DiskThreads::OfComponents, Duration::from_secs(60), || 1);
        assert_eq!(done.await.unwrap(), 1);
        // The host waits for other threads.
        assert_eq!(tokio::task::spawn_blocking(|| 2).await.unwrap(), 2);
        drop(answers);
        // They come back.
        while all.of_instance([1; 32]).is_err() {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn what_an_instance_still_has_open_is_not_lost() {
        let all = LostThreads::default();
        let instance = all.of_instance([1; 32]).unwrap();
        let files: Vec<Arc<dyn Any + Send + Sync>> =
            (0..2 * LOST).map(|n| Arc::new(n) as _).collect();
        for file in &files {
            instance.add(Arc::downgrade(file));
        }
        assert!(all.of_instance([1; 32]).is_ok());
        drop(instance);
        assert!(all.of_instance([1; 32]).is_err());
        drop(files);
        assert!(all.of_instance([1; 32]).is_ok());
    }
}
