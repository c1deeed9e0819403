//! The rules by themselves, with a clock and a scheduler of the tests' own.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

const MILLI: u64 = 1_000_000;

/// One thread on which tasks compute in the order in which they ask, as tokio runs
/// them.
struct Thread {
    now: u64,
    all: Shares,
    light: u64,
    tasks: Vec<Task>,
}

struct Task {
    share: TaskShare,
    /// For how long it computes when it may; 0: it does not want to.
    slice: u64,
    had: u64,
}

impl Thread {
    fn new(slices: impl IntoIterator<Item = u64>) -> Self {
        let task = |slice| Task {
            share: TaskShare::new(CpuShare::WHOLE, 1),
            slice,
            had: 0,
        };
        Self {
            now: 0,
            all: Shares::new(),
            light: 0,
            tasks: slices.into_iter().map(task).collect(),
        }
    }

    /// Lets all that want to compute do so in turns, for so long.
    fn run(&mut self, time: u64) {
        let end = self.now + time;
        let wanting = self.tasks.iter().enumerate();
        let mut queue: VecDeque<usize> = wanting
            .filter_map(|(task, it)| (it.slice > 0).then_some(task))
            .collect();
        while self.now < end {
            let Some(task) = queue.pop_front() else {
                return;
            };
            queue.push_back(task);
            self.turn(task);
        }
    }

    fn turn(&mut self, task: usize) {
        let Self {
            now,
            all,
            light,
            tasks,
        } = self;
        let Some(Task { share, slice, had }) = tasks.get_mut(task) else {
            return;
        };
        let others = || Others {
            thread: std::thread::current().id(),
            nanos: *light,
        };
        match share.turn(all, *now, others) {
            Turn::Go => {
                *now += *slice;
                *had += *slice;
                if share.computed(all, *now, *slice) {
                    *light += *slice;
                }
                if *slice >= QUANTUM {
                    share.stopped(all);
                }
            }
            // To ask costs a little.
            Turn::GiveWay => *now += 1_000,
            Turn::Wait(_) => panic!("it has no limit"),
        }
    }

    fn had(&self, tasks: impl IntoIterator<Item = usize>) -> u64 {
        tasks.into_iter().map(|task| self.tasks[task].had).sum()
    }

    fn forget(&mut self) {
        for task in &mut self.tasks {
            task.had = 0;
        }
    }
}

/// What the tasks with short calls have of the time, beside some that spin.
fn left_beside(spinning: usize, short: usize, call: u64) -> f64 {
    let spins = std::iter::repeat_n(2 * MILLI, spinning);
    let mut thread = Thread::new(spins.chain(std::iter::repeat_n(call, short)));
    thread.run(1_000 * MILLI);
    thread.forget();
    thread.run(4_000 * MILLI);
    thread.had(spinning..spinning + short) as f64 / (4_000 * MILLI) as f64
}

#[test]
fn who_spins_gets_a_fair_share_and_no_more() {
    for (spinning, short, call) in [
        (5, 50, MILLI / 50),
        (5, 50, MILLI / 5),
        (1, 1, MILLI / 10),
        (50, 5, MILLI / 10),
        (100, 50, MILLI / 50),
    ] {
        let left = left_beside(spinning, short, call);
        let fair = short as f64 / (short + spinning) as f64;
        assert!(
            left > 0.75 * fair && left < 1.15 * fair + 0.02,
            "{short} beside {spinning} have {left:.3}, fair is {fair:.3}"
        );
    }
}

#[test]
fn many_short_turns_are_no_way_around_it() {
    // It stops by itself before it is stopped, each time.
    let mut thread = Thread::new([19 * MILLI / 10, MILLI / 50, MILLI / 50, MILLI / 50]);
    thread.run(1_000 * MILLI);
    thread.forget();
    thread.run(2_000 * MILLI);
    let most = thread.had([0]) as f64 / (2_000 * MILLI) as f64;
    assert!(most < 0.3, "{most}");
}

#[test]
fn nothing_stands_idle_while_somebody_has_work() {
    let mut thread = Thread::new([2 * MILLI, 0, 0]);
    thread.run(5_000 * MILLI);
    let used = thread.had([0]) as f64 / thread.now as f64;
    assert!(used > 0.99, "alone it has {used} of the thread");
    // Another that wants little is not in its way either, and gets all it wants.
    let mut thread = Thread::new([2 * MILLI, MILLI / 10]);
    for _ in 0..1_000 {
        thread.turn(1);
        for _ in 0..4 {
            thread.turn(0);
        }
    }
    let used = thread.had([0, 1]) as f64 / thread.now as f64;
    assert!(used > 0.99, "both have {used} of the thread");
    assert_eq!(thread.had([1]), 1_000 * MILLI / 10);
}

#[test]
fn what_was_used_while_nobody_wanted_it_is_forgotten() {
    let mut thread = Thread::new([2 * MILLI, 0]);
    thread.run(60_000 * MILLI);
    thread.tasks[1].slice = MILLI / 10;
    thread.forget();
    thread.run(5_000 * MILLI);
    let part = thread.had([0]) as f64 / (5_000 * MILLI) as f64;
    assert!(part > 0.35, "the one that had all has {part}");
}

#[test]
fn threads_count() {
    // As many tasks as threads: each may have a whole one.
    let all = Shares::new();
    let mut tasks = [(); 4].map(|()| TaskShare::new(CpuShare::WHOLE, 4));
    let none = || Others {
        thread: std::thread::current().id(),
        nanos: 0,
    };
    for slice in 1..5_000 {
        let now = slice * 2 * MILLI;
        for task in &mut tasks {
            assert_eq!(task.turn(&all, now, none), Turn::Go);
            assert!(task.computed(&all, now, 2 * MILLI));
        }
    }
}

#[test]
fn those_who_stop_wanting_are_not_counted() {
    let all = Shares::new();
    for _ in 0..10 {
        all.computes(1);
    }
    assert_eq!(all.tasks(), 10);
    all.computes(2);
    assert_eq!(all.tasks(), 10, "the window has only begun");
    all.computes(3);
    assert_eq!(all.tasks(), 1);
    all.computes(2);
    assert_eq!(all.tasks(), 2, "one that was late");
    all.computes(100);
    assert_eq!(all.tasks(), 1);
}

proptest! {
    /// In any stretch of time no more than the share of it and of one window, but for
    /// what the last slice goes over (and what rounding loses).
    #[test]
    fn a_limited_task_has_its_share_of_any_stretch(
        thousandths in 10_u64..1_000,
        steps in prop::collection::vec((0_u64..300, 1_u64..2_000), 1..300),
    ) {
        let all = Shares::new();
        let share = CpuShare::of_a_core(thousandths as f64 / 1_000.0);
        let mut task = TaskShare::new(share, 2);
        let none = || Others { thread: std::thread::current().id(), nanos: 0 };
        let mut now = 0;
        let mut computed: Vec<(u64, u64)> = Vec::new();
        for (idle, slice) in steps {
            let (idle, slice) = (idle * MILLI, slice * 1_000);
            now += idle;
            match task.turn(&all, now, none) {
                Turn::Wait(time) => {
                    now += u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
                    prop_assert_eq!(task.turn(&all, now, none), Turn::Go, "it has waited");
                }
                turn => prop_assert_eq!(turn, Turn::Go),
            }
            now += slice;
            task.computed(&all, now, slice);
            computed.push((now, slice));
        }
        for (i, (first, slice)) in computed.iter().enumerate() {
            let begin = first - slice;
            let mut sum = 0;
            for (end, slice) in computed.iter().skip(i) {
                sum += slice;
                let allowed = (end - begin + WINDOW_NANOS) * thousandths / 1_000;
                prop_assert!(
                    sum <= allowed + slice + 1_000,
                    "{sum} ns in {} ns, allowed are {allowed}", end - begin
                );
            }
        }
    }

    /// Whoever is told to give way is let on within a bounded time, even if the others
    /// never stop.
    #[test]
    fn nobody_gives_way_for_ever(tasks in 2_u64..40, used in 1_u64..100_000) {
        let all = Shares::new();
        for _ in 1..tasks {
            all.computes(0);
        }
        let mut task = TaskShare::new(CpuShare::WHOLE, 1);
        let light = std::cell::Cell::new(0);
        let others = || {
            light.set(light.get() + 1);
            Others { thread: std::thread::current().id(), nanos: light.get() }
        };
        let mut now = 0;
        for _ in 0..used.min(200) {
            task.computed(&all, now, 2 * MILLI);
            now += 2 * MILLI;
        }
        let begun = now;
        while task.turn(&all, now, others) != Turn::Go {
            now += MILLI;
            prop_assert!(now - begun <= FARTHEST_AHEAD + MILLI);
        }
    }
}
