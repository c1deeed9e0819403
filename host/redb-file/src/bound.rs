//! How much of the disk a file may take.
//!
//! redb doubles a small file when it needs room, and what it doubled it by is a hole until
//! something is written there. So the length of a file says little about the disk; what was
//! written to does. It is that which is bounded, in blocks of [`BLOCK`] bytes.

use std::io;
use std::ops::Bound as Edge;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

/// What is written takes whole blocks of this many bytes: a page of redb, and of most disks.
const BLOCK: u64 = 4 << 10;
/// The part of the bound that only a compaction may use, which must write before it makes
/// room.
const FOR_COMPACTION: u64 = 1 << 20;

/// How much of the disk a file may take, and what it takes.
#[derive(Debug)]
pub(crate) struct Disk {
    /// Bytes that it may take.
    most: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The blocks that something was written to, a bit each.
    blocks: Vec<u64>,
    /// How many those are.
    taken: u64,
    /// The length of the file.
    length: u64,
    /// Bytes that were written since it was opened or compacted.
    written: u64,
    is_compacting: bool,
    was_refused: bool,
}

impl Disk {
    pub(crate) fn new(most: u64) -> Self {
        Self {
            most: AtomicU64::new(most),
            state: Mutex::default(),
        }
    }

    /// Bytes that it may take.
    pub(crate) fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }

    /// What it takes now, it may take: else what is in it could not be made less, because
    /// whatever is changed is written anew first.
    pub(crate) fn allow_what_is_there(&self) {
        let needed = self.taken().saturating_add(2 * FOR_COMPACTION);
        self.most.fetch_max(needed, Ordering::Relaxed);
    }

    /// A file of this length was opened. All of it counts: holes fill up again.
    fn opened(&self, length: u64) {
        let mut state = self.state.lock();
        *state = State::default();
        state.length = length;
        // What is there is there.
        let _ = state.take(0, length, u64::MAX);
    }

    /// Whether something was refused since this was last asked.
    pub(crate) fn take_refused(&self) -> bool {
        std::mem::take(&mut self.state.lock().was_refused)
    }

    /// The length of the file.
    pub(crate) fn length(&self) -> u64 {
        self.state.lock().length
    }

    /// What it takes of the disk at most.
    pub(crate) fn taken(&self) -> u64 {
        self.state.lock().taken * BLOCK
    }

    /// Bytes that were written since it was opened or compacted.
    pub(crate) fn written(&self) -> u64 {
        self.state.lock().written
    }

    /// A compaction begins or is over.
    pub(crate) fn compacting(&self, is_compacting: bool) {
        let mut state = self.state.lock();
        state.is_compacting = is_compacting;
        state.written = 0;
    }
}

impl State {
    /// Counts what is written. False: that would be more than `most`.
    fn take(&mut self, offset: u64, bytes: u64, most: u64) -> bool {
        let blocks = offset / BLOCK..offset.saturating_add(bytes).div_ceil(BLOCK);
        for block in blocks {
            let Ok(word) = usize::try_from(block / 64) else {
                return false;
            };
            if word >= self.blocks.len() {
                self.blocks.resize(word + 1, 0);
            }
            let Some(bits) = self.blocks.get_mut(word) else {
                return false;
            };
            let bit = 1 << (block % 64);
            if *bits & bit == 0 {
                if (self.taken + 1) * BLOCK > most {
                    return false;
                }
                *bits |= bit;
                self.taken += 1;
            }
        }
        true
    }

    /// The file ends here: what was behind takes nothing any more.
    fn cut(&mut self, length: u64) {
        self.length = length;
        let kept = length.div_ceil(BLOCK);
        let words = usize::try_from(kept.div_ceil(64)).unwrap_or(usize::MAX);
        if words > self.blocks.len() {
            return;
        }
        self.blocks.truncate(words);
        if !kept.is_multiple_of(64)
            && let Some(last) = self.blocks.last_mut()
        {
            *last &= (1 << (kept % 64)) - 1;
        }
        self.taken = self.blocks.iter().map(|w| u64::from(w.count_ones())).sum();
    }
}

/// A file that takes no more of the disk than it may.
#[derive(Debug)]
pub(crate) struct Bounded<F> {
    file: F,
    disk: Arc<Disk>,
}

impl<F: StorageBackend> Bounded<F> {
    /// # Errors
    /// If it does not tell how long it is.
    pub(crate) fn new(file: F, disk: Arc<Disk>) -> io::Result<Self> {
        disk.opened(file.len()?);
        Ok(Self { file, disk })
    }
}

impl<F: StorageBackend> StorageBackend for Bounded<F> {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.disk.state.lock().cut(length);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        {
            let mut state = self.disk.state.lock();
            let most = match state.is_compacting {
                true => self.disk.most(),
                false => self.disk.most().saturating_sub(FOR_COMPACTION),
            };
            let bytes = data.len() as u64;
            if !state.take(offset, bytes, most) {
                state.was_refused = true;
                let reason = format!(
                    "the file would take more than {} bytes of the disk, which is the most that \
                     it may",
                    self.disk.most()
                );
                return Err(io::Error::new(io::ErrorKind::StorageFull, reason));
            }
            state.written = state.written.saturating_add(bytes);
        }
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Edge<u64>, end: Edge<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Edge<u64>,
        end: Edge<u64>,
    ) -> Result<bool, BackendError> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Edge<u64>, end: Edge<u64>) -> Result<(), BackendError> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Edge<u64>, end: Edge<u64>) -> Result<(), BackendError> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Edge<u64>, end: Edge<u64>) -> Result<(), BackendError> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Edge<u64>, end: Edge<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }
}

/// The backend of a file on the disk.
pub(crate) type OnDisk = Bounded<FileBackend>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_takes_blocks_and_holes_take_none() {
        let mut state = State::default();
        assert!(state.take(0, 1, 8 * BLOCK));
        assert!(state.take(100 * BLOCK - 1, 2, 8 * BLOCK));
        assert_eq!(state.taken, 3);
        // The same again.
        assert!(state.take(0, BLOCK, 3 * BLOCK));
        assert!(!state.take(5 * BLOCK, 1, 3 * BLOCK));
        state.cut(100 * BLOCK);
        assert_eq!(state.taken, 2);
        state.cut(1);
        assert_eq!(state.taken, 1);
        state.cut(1_000 * BLOCK);
        assert_eq!((state.taken, state.length), (1, 1_000 * BLOCK));
        assert!(state.take(999 * BLOCK, BLOCK, 2 * BLOCK));
    }
}
