//! What the rows of one component take of the memory of this process, and may take.
//!
//! Law: whatever rows cost the host is charged to the account of the component that holds
//! them, for as long as it does, and with it to the budget of the process. Rows that would
//! go beyond either are not taken. What has to be taken all the same (a row that moves from
//! one place to another) is charged too, so that there is less for others.
//!
//! A bolt holds the rows that wait for its tasks, here or on their way to another worker,
//! those that its tasks work on and those that they keep. A spout holds the rows whose
//! trees are pending: what is needed to emit them again, and their entries in the ledger.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stormcell_sandbox::Budget;
use stormcell_topology::units::Size;

/// What the rows of one component take and may take.
#[derive(Debug)]
pub(crate) struct Account {
    used: AtomicU64,
    limit: AtomicU64,
    /// What the topology file allows; `limit` is less if the process has less.
    allowed: AtomicU64,
    process: Arc<Budget>,
}

/// Rows were not taken: there is no room for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The component may have so many bytes of rows.
    Limit { limit: u64, allowed: u64 },
    /// All instances and rows of the process may have so many.
    Process { limit: u64 },
}

impl Account {
    /// Nothing is held, and as much may be as the process may have.
    pub(crate) fn new(process: Arc<Budget>) -> Self {
        let limit = process.limit();
        Self {
            used: AtomicU64::new(0),
            limit: AtomicU64::new(limit),
            allowed: AtomicU64::new(limit),
            process,
        }
    }

    /// From now on the component may have so many bytes, because the topology file allows
    /// so many and the process has room for so many.
    pub(crate) fn set_limit(&self, limit: u64, allowed: u64) {
        self.limit.store(limit, Ordering::Relaxed);
        self.allowed.store(allowed, Ordering::Relaxed);
    }

    /// Bytes that it may have.
    pub(crate) fn limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }

    /// Bytes that it has.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether there is room for so many bytes now. Nothing is taken.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn has_room(&self, bytes: usize) -> Result<(), Full> {
        let limit = self.limit();
        if self.used().saturating_add(bytes as u64) > limit {
            let allowed = self.allowed.load(Ordering::Relaxed);
            return Err(Full::Limit { limit, allowed });
        }
        Ok(())
    }

    /// Whether a spout must not be asked for more rows before some of its rows settle. What
    /// is left is for those that it is being asked for.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.used() > self.limit() / 4 * 3
    }

    /// Takes so many bytes, which are [given back](Self::give_back) by number.
    ///
    /// # Errors
    /// If there is no room for them.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<(), Full> {
        let bytes = bytes as u64;
        let limit = self.limit();
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > limit {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            let allowed = self.allowed.load(Ordering::Relaxed);
            return Err(Full::Limit { limit, allowed });
        }
        if !self.process.take(bytes) {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            let limit = self.process.limit();
            return Err(Full::Process { limit });
        }
        Ok(())
    }

    /// Gives back bytes that were [reserved](Self::reserve).
    pub(crate) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes as u64, Ordering::Relaxed);
        self.process.give_back(bytes as u64);
    }

    /// Takes so many bytes for as long as the charge is there.
    ///
    /// # Errors
    /// If there is no room for them.
    pub(crate) fn take(self: &Arc<Self>, bytes: usize) -> Result<Charge, Full> {
        self.reserve(bytes)?;
        Ok(Charge {
            account: Arc::clone(self),
            bytes,
        })
    }

    /// Charges what a call returned, until it has been sent. It is there already, so there
    /// may be as much of it beyond the limit as one call may return (`output_bytes`): all
    /// tasks of a component together have no more.
    ///
    /// # Errors
    /// If there is no room for it even so.
    pub(crate) fn returned(
        self: &Arc<Self>,
        bytes: usize,
        output_bytes: u64,
    ) -> Result<Charge, Full> {
        let charge = self.charge(bytes);
        let limit = self.limit();
        // Headers of few rows are more than what counts as returned.
        if self.used() > limit.saturating_add(output_bytes.max(bytes as u64)) {
            let allowed = self.allowed.load(Ordering::Relaxed);
            return Err(Full::Limit { limit, allowed });
        }
        Ok(charge)
    }

    /// Charges what is there already, whether there is room for it or not.
    pub(crate) fn charge(self: &Arc<Self>, bytes: usize) -> Charge {
        let mut charge = Charge {
            account: Arc::clone(self),
            bytes: 0,
        };
        charge.set(bytes);
        charge
    }
}

/// Bytes that are charged to an account until this is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    account: Arc<Account>,
    bytes: usize,
}

impl Charge {
    /// It is as much as this from now on, whether there is room for it or not.
    pub(crate) fn set(&mut self, bytes: usize) {
        if bytes > self.bytes {
            let more = (bytes - self.bytes) as u64;
            self.account.used.fetch_add(more, Ordering::Relaxed);
            self.account.process.add(more);
        } else if bytes < self.bytes {
            self.account.give_back(self.bytes - bytes);
        }
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.account.give_back(self.bytes);
        }
    }
}

/// What rows in a mailbox, in a call or kept are charged with.
#[derive(Debug)]
pub(crate) struct Held {
    /// What is theirs alone.
    _own: Charge,
    /// The values that they share with other parts of the same batch, which stay in memory
    /// until the last part is gone.
    _shared: Option<Arc<Charge>>,
}

impl Held {
    pub(crate) fn new(own: Charge, shared: Option<Arc<Charge>>) -> Self {
        Self {
            _own: own,
            _shared: shared,
        }
    }
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole MiB, if it is one.
        let whole = |bytes: u64| match bytes >> 20 {
            0 => bytes,
            mib => mib << 20,
        };
        let size = |bytes| Size::new(whole(bytes)).to_string();
        match *self {
            Self::Limit { limit, allowed } if limit < allowed => write!(
                f,
                "its rows would take more than {}, its part of what --memory or \
                 --worker-memory leaves for rows (limits.row-memory: {})",
                size(limit),
                size(allowed),
            ),
            Self::Limit { limit, .. } => write!(
                f,
                "its rows would take more than {} (limits.row-memory)",
                size(limit),
            ),
            Self::Process { limit } => write!(
                f,
                "all tasks of this process and their rows together would take more than {} \
                 (--worker-memory, or --memory of `stormcell run`)",
                size(limit),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn account(limit: u64, process: &Arc<Budget>) -> Arc<Account> {
        let account = Arc::new(Account::new(Arc::clone(process)));
        account.set_limit(limit, limit);
        account
    }

    #[test]
    fn what_goes_beyond_the_limit_is_refused_and_changes_nothing() {
        let process = Arc::new(Budget::new(1_000));
        let account = account(100, &process);
        let held = account.take(60).unwrap();
        let refused = Full::Limit {
            limit: 100,
            allowed: 100,
        };
        assert_eq!(account.take(41).unwrap_err(), refused);
        assert_eq!(account.used(), 60);
        assert_eq!(account.has_room(41), Err(refused));
        assert_eq!(account.has_room(40), Ok(()));
        drop(held);
        assert_eq!(account.used(), 0);
        assert!(process.take(1_000), "it was given back to the process");
    }

    #[test]
    fn all_components_of_a_process_share_its_budget() {
        let process = Arc::new(Budget::new(100));
        let (one, other) = (account(80, &process), account(80, &process));
        let held = one.take(80).unwrap();
        assert_eq!(other.take(21).unwrap_err(), Full::Process { limit: 100 });
        assert_eq!(other.used(), 0);
        drop(held);
        other.take(80).unwrap();
    }

    /// Tasks that waited for a custom grouping each had what a call may return, and nobody
    /// counted it.
    #[test]
    fn what_calls_returned_is_bounded_for_all_tasks_together() {
        let process = Arc::new(Budget::new(u64::MAX));
        let account = account(100, &process);
        let rows = account.take(100).unwrap();
        let one = account.returned(60, 60).unwrap();
        assert_eq!(
            account.returned(60, 60).unwrap_err(),
            Full::Limit {
                limit: 100,
                allowed: 100
            }
        );
        assert_eq!(account.used(), 160, "what was refused is given back");
        drop(one);
        account.returned(60, 60).unwrap();
        drop(rows);
        // One call always has room, whatever its headers cost.
        account.returned(300, 60).unwrap();
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn what_is_there_already_is_charged_beyond_the_limit_too() {
        let process = Arc::new(Budget::new(1_000));
        let account = account(100, &process);
        let mut charge = account.charge(150);
        assert!(account.take(1).is_err());
        charge.set(20);
        assert_eq!(account.used(), 20);
        drop(charge);
        assert_eq!(account.used(), 0);
        assert!(process.take(1_000));
    }

    /// Parts of a batch keep all of it in memory, and it is charged until the last is gone.
    #[test]
    fn shared_values_are_charged_until_the_last_part_is_gone() {
        let account = account(1_000, &Arc::new(Budget::new(1_000)));
        let values = Arc::new(account.take(500).unwrap());
        let part = || Held::new(account.take(10).unwrap(), Some(Arc::clone(&values)));
        let (one, other) = (part(), part());
        drop(values);
        assert_eq!(account.used(), 520);
        drop(one);
        assert_eq!(account.used(), 510);
        drop(other);
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn an_error_names_the_limit() {
        let process = Arc::new(Budget::new(1 << 30));
        let account = account(64 << 20, &process);
        let said = account.take(65 << 20).unwrap_err().to_string();
        assert_eq!(
            said,
            "its rows would take more than 64MiB (limits.row-memory)"
        );
        account.set_limit(64 << 20, 1 << 30);
        let said = account.take(65 << 20).unwrap_err().to_string();
        assert!(
            said.contains("limits.row-memory: 1GiB") && said.contains("--memory"),
            "{said}"
        );
        account.set_limit(2 << 30, 2 << 30);
        let said = account.take(3 << 29).unwrap_err().to_string();
        assert!(
            said.contains("1GiB (--worker-memory, or --memory"),
            "{said}"
        );
    }
}
