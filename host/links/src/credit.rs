//! Credits: how a mailbox tells that rows that came over a link were taken.

use std::sync::Arc;

use crate::account::Account;

/// Rows that came over a link and wait in a mailbox. What has not been
/// [taken](Self::taken) when it is dropped counts as taken then.
#[derive(Debug)]
pub struct Credit {
    account: Arc<Account>,
    task: u32,
    rows: usize,
    bytes: u64,
}

impl Credit {
    /// A credit of the rows of one frame, of which the sender counted so many bytes.
    pub(crate) fn new(account: Arc<Account>, task: u32, rows: usize, bytes: u64) -> Self {
        Self {
            account,
            task,
            rows,
            bytes,
        }
    }

    /// So many more of the rows have been taken, or dropped. More than are left
    /// counts as all that are left.
    pub fn taken(&mut self, rows: usize) {
        let (rows, bytes) = self.part(rows);
        self.account.taken(self.task, rows as u64, bytes);
    }

    /// Parts off the credit of so many rows; of all that are left, if they are fewer.
    #[must_use = "what is dropped counts as taken"]
    pub fn split(&mut self, rows: usize) -> Self {
        let (rows, bytes) = self.part(rows);
        Self {
            account: Arc::clone(&self.account),
            task: self.task,
            rows,
            bytes,
        }
    }

    /// How many rows have not been taken.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Takes rows off, and their share of the bytes. The last one gets the rest.
    fn part(&mut self, rows: usize) -> (usize, u64) {
        let rows = rows.min(self.rows);
        let bytes = match self.rows {
            0 => self.bytes,
            all if all == rows => self.bytes,
            all => (u128::from(self.bytes) * rows as u128 / all as u128) as u64,
        };
        self.rows -= rows;
        self.bytes -= bytes;
        (rows, bytes)
    }
}

impl Drop for Credit {
    fn drop(&mut self) {
        if self.rows > 0 || self.bytes > 0 {
            self.taken(self.rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit(rows: usize, bytes: u64) -> (Arc<Account>, Credit) {
        let account = Arc::new(Account::default());
        let credit = Credit::new(Arc::clone(&account), 7, rows, bytes);
        (account, credit)
    }

    fn taken(account: &Account) -> (u64, u64) {
        let (_, taken) = account.totals();
        let taken = taken.get(&7).copied().unwrap_or_default();
        (taken.rows, taken.bytes)
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let (account, mut credit) = credit(3, 100);
        credit.taken(1);
        assert_eq!(taken(&account), (1, 33));
        let mut part = credit.split(1);
        assert_eq!((part.rows(), credit.rows()), (1, 1));
        part.taken(5);
        assert_eq!(taken(&account), (2, 66));
        drop(part);
        credit.taken(1);
        assert_eq!(taken(&account), (3, 100));
        drop(credit);
        assert_eq!(taken(&account), (3, 100), "nothing was left");
    }

    #[test]
    fn what_is_left_counts_as_taken_when_it_is_dropped() {
        let (account, mut credit) = credit(10, 80);
        credit.taken(4);
        drop(credit);
        assert_eq!(taken(&account), (10, 80));
    }
}
