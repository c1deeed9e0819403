//! Which processes belong to a tree, and what they use, read from `/proc`.
//!
//! A process belongs to a tree if it is its root, if its parent belongs to it, or if it
//! is in the process group of the root; whoever belongs stays, also as an orphan. Only
//! one that leaves the group and whose parent ends, both between two looks, is missed.
//!
//! The kernel adds the CPU time of a process to its parent's account of its children when
//! the parent waits for it, so the sum over the living, accounts included, lacks only
//! those that nobody waited for. When one of these goes, the sum shrinks, and what it
//! shrank by is kept. Parents are read before their children, so a child that is waited
//! for meanwhile is missing from one sum, never in it twice; such a sum is made again.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid,
};

use super::Usage;

/// How often a tree is looked at.
const EVERY: Duration = Duration::from_millis(50);

/// How often a sum is made that is less than the one before.
const ATTEMPTS: usize = 3;

/// Whether a child has ended; it is not waited for.
pub(super) fn has_ended(child: &Child) -> bool {
    let Some(pid) = pid(child.id()) else {
        return true;
    };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    // An error: somebody has waited for it.
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

/// Looks at a tree again and again, on a thread of its own, as long as it lives.
#[derive(Debug)]
pub(super) struct Watch {
    tree: Arc<Mutex<Tree>>,
    /// Ends the thread when it is dropped.
    _stop: Sender<()>,
}

impl Watch {
    /// Watches the tree of a process that leads a group.
    pub(super) fn of(root: u32) -> io::Result<Self> {
        let tree = Arc::new(Mutex::new(Tree::of(root)));
        let (stop, stopped) = mpsc::channel();
        std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn({
                let tree = Arc::clone(&tree);
                move || {
                    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                        lock(&tree).look();
                    }
                }
            })?;
        let watch = Self { tree, _stop: stop };
        watch.look();
        Ok(watch)
    }

    /// Looks at once.
    pub(super) fn look(&self) {
        lock(&self.tree).look();
    }

    /// What the tree has used until now.
    pub(super) fn usage(&self) -> Usage {
        let mut tree = lock(&self.tree);
        tree.look();
        tree.usage()
    }

    /// Whether any process of it is alive.
    pub(super) fn is_alive(&self) -> bool {
        let mut tree = lock(&self.tree);
        tree.look();
        tree.alive().next().is_some()
    }

    /// Kills every process of it.
    pub(super) fn kill(&self) {
        let mut tree = lock(&self.tree);
        tree.look();
        tree.alive().for_each(kill);
    }
}

fn lock(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes of a tree.
#[derive(Debug)]
struct Tree {
    root: u32,
    /// In the order in which they started, so parents before their children.
    members: Vec<Member>,
    /// Living processes that do not belong to it: they need not be read again.
    strangers: HashSet<u32>,
    /// What those used that are gone and that nobody waited for, clock ticks.
    lost: u64,
    /// What all used up to the last look, clock ticks.
    cpu: u64,
    /// The most memory so far, bytes.
    peak: u64,
}

/// A process of a tree.
#[derive(Debug, Clone, Copy)]
struct Member {
    id: u32,
    /// When it started, clock ticks since the machine did: with its number, its identity.
    started: u64,
    /// Whether it was seen by an earlier look.
    settled: bool,
    /// Whether it has not ended yet.
    alive: bool,
}

impl Tree {
    fn of(root: u32) -> Self {
        Self {
            root,
            members: Vec::new(),
            strangers: HashSet::new(),
            lost: 0,
            cpu: 0,
            peak: 0,
        }
    }

    /// Finds new processes and adds up what all use.
    fn look(&mut self) {
        self.find();
        let mut cpu = 0;
        for _ in 0..ATTEMPTS {
            cpu = self.add_up();
            if cpu + self.lost >= self.cpu {
                break;
            }
        }
        self.lost += self.cpu.saturating_sub(cpu + self.lost);
        self.cpu = cpu + self.lost;
        for member in &mut self.members {
            member.settled = true;
        }
    }

    /// Drops those that are gone. Takes note of the memory that the others have, and
    /// returns the CPU time that they have used, clock ticks.
    fn add_up(&mut self) -> u64 {
        let root = self.root;
        let page = rustix::param::page_size() as u64;
        let (mut cpu, mut resident, mut highest) = (0, 0, 0);
        self.members.retain_mut(|member| {
            let Some(stat) = Stat::of(member.id).filter(|stat| stat.started == member.started)
            else {
                return false;
            };
            cpu += stat.cpu;
            member.alive = stat.alive;
            if member.settled || member.id == root {
                resident += stat.resident_pages * page;
                highest = highest.max(high_water_mark(member.id).unwrap_or(0));
            }
            true
        });
        self.peak = self.peak.max(resident).max(highest);
        cpu
    }

    /// Finds the processes that are new since the last look.
    fn find(&mut self) {
        let living = living();
        self.strangers.retain(|id| living.contains(id));
        let mut known: HashSet<u32> = self.members.iter().map(|member| member.id).collect();
        let mut new: Vec<(u32, Stat)> = living
            .into_iter()
            .filter(|id| !known.contains(id) && !self.strangers.contains(id))
            .filter_map(|id| Some((id, Stat::of(id)?)))
            .collect();
        new.sort_by_key(|(id, stat)| (stat.started, *id));
        // Of two that started in the same tick, the child may come first.
        loop {
            let before = new.len();
            new.retain(|(id, stat)| {
                let belongs =
                    *id == self.root || stat.group == self.root || known.contains(&stat.parent);
                if belongs {
                    known.insert(*id);
                    self.members.push(Member {
                        id: *id,
                        started: stat.started,
                        settled: false,
                        alive: stat.alive,
                    });
                }
                !belongs
            });
            if new.len() == before {
                break;
            }
        }
        self.strangers.extend(new.into_iter().map(|(id, _)| id));
        self.members.sort_by_key(|member| member.started);
    }

    /// Those that have not ended.
    fn alive(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.alive)
    }

    fn usage(&self) -> Usage {
        let ticks = rustix::param::clock_ticks_per_second().max(1);
        Usage {
            cpu: Duration::from_millis(self.cpu.saturating_mul(1000) / ticks),
            peak_memory: self.peak,
        }
    }
}

/// The numbers of all processes.
fn living() -> HashSet<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// The most memory that a process had resident, bytes.
fn high_water_mark(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// What `/proc/ID/stat` says of a process (proc_pid_stat(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    alive: bool,
    parent: u32,
    group: u32,
    /// User and system time, its own and that of the children that it waited for, ticks.
    cpu: u64,
    started: u64,
    resident_pages: u64,
}

impl Stat {
    fn of(id: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    fn parse(line: &str) -> Option<Self> {
        // The second field is the name in parentheses, which may have anything in it.
        let (_, rest) = line.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            alive: !matches!(*fields.first()?, "Z" | "X"),
            parent: u32::try_from(number(4)?).ok()?,
            group: u32::try_from(number(5)?).ok()?,
            cpu: (14..=17).map(number).sum::<Option<u64>>()?,
            started: number(22)?,
            resident_pages: number(24)?,
        })
    }
}

/// Kills a process, unless its number has become another one's.
fn kill(member: &Member) {
    // A handle first, so that it cannot become another one's in between. An error means
    // that it is gone.
    let Some(Ok(process)) = pid(member.id).map(|pid| pidfd_open(pid, PidfdFlags::empty())) else {
        return;
    };
    if Stat::of(member.id).is_some_and(|stat| stat.started == member.started) {
        let _ = pidfd_send_signal(&process, Signal::KILL);
    }
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_anything_in_it() {
        let line = "42 (a) b (c)) S 7 40 40 0 -1 4194560 1 2 3 4 100 20 3 4 20 0 1 0 \
                    555 1000 250 18446744073709551615 1 1";
        let stat = Stat {
            alive: true,
            parent: 7,
            group: 40,
            cpu: 127,
            started: 555,
            resident_pages: 250,
        };
        assert_eq!(Stat::parse(line), Some(stat));
        assert_eq!(Stat::parse("42 (short) Z 7"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn one_that_nobody_waited_for_is_not_forgotten() {
        let mut tree = Tree::of(std::process::id());
        tree.cpu = 1_000_000_000;
        tree.look();
        assert_eq!(tree.cpu, 1_000_000_000);
        let lost = tree.lost;
        assert!(lost > 0);
        tree.look();
        assert!(tree.lost <= lost + 1, "{} after {lost}", tree.lost);
    }
}
