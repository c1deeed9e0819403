//! A disk in memory that loses its power after any operation, for tests of what is stored.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::StorageBackend;

/// A disk in memory that keeps what was done to it. All clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct RecordedDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    operations: Vec<Operation>,
}

/// What was done to a disk.
#[derive(Debug, Clone)]
enum Operation {
    Write(usize, Vec<u8>),
    Length(usize),
    Sync,
}

impl Operation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(at, data) => {
                if let Some(place) = bytes.get_mut(*at..at.saturating_add(data.len())) {
                    place.copy_from_slice(data);
                }
            }
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Sync => {}
        }
    }
}

impl RecordedDisk {
    /// A disk with these bytes, to which nothing was done yet.
    pub fn of(bytes: Vec<u8>) -> Self {
        let operations = Vec::new();
        Self(Arc::new(Mutex::new(State { bytes, operations })))
    }

    /// Forgets what was done to the disk, as if all that is on it were synced. Returns what is
    /// on it.
    pub fn forget(&self) -> Vec<u8> {
        let mut state = self.0.lock();
        state.operations.clear();
        state.bytes.clone()
    }

    /// The bytes that are on the disk.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().bytes.clone()
    }

    /// The number of operations that were done to the disk.
    pub fn operations(&self) -> usize {
        self.0.lock().operations.len()
    }

    /// Cuts the power before each operation. `before`: what was on the disk before the first one.
    /// `check` is given the number of operations that were done, and what is on the disk then: all
    /// that was synced, and of the rest nothing, everything (as when the process is killed) or a
    /// part. Returns the number of cuts.
    pub fn cut(&self, before: Vec<u8>, mut check: impl FnMut(usize, Vec<u8>)) -> usize {
        let operations = self.0.lock().operations.clone();
        let mut synced = before;
        let mut unsynced: Vec<&Operation> = Vec::new();
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let mut cuts = 0;
        for (done, operation) in operations.iter().enumerate() {
            for part in 0..4 {
                let mut bytes = synced.clone();
                for operation in &unsynced {
                    let is_kept = match (part, operation) {
                        // A length is kept, as the writes beyond the old one need it.
                        (_, Operation::Length(_)) | (1, _) => true,
                        (0, _) => false,
                        _ => chance.is_kept(),
                    };
                    if is_kept {
                        operation.apply(&mut bytes);
                    }
                }
                check(done, bytes);
                cuts += 1;
            }
            match operation {
                Operation::Sync => {
                    for operation in unsynced.drain(..) {
                        operation.apply(&mut synced);
                    }
                }
                operation => unsynced.push(operation),
            }
        }
        cuts
    }

    fn operate(&self, operation: Operation) {
        let mut state = self.0.lock();
        operation.apply(&mut state.bytes);
        state.operations.push(operation);
    }
}

impl StorageBackend for RecordedDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock();
        let place = state.bytes.get(place(offset, out.len())?);
        out.copy_from_slice(place.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.operate(Operation::Length(place(len, 0)?.start));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.operate(Operation::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let place = place(offset, data.len())?;
        if place.end > self.0.lock().bytes.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.operate(Operation::Write(place.start, data.to_vec()));
        Ok(())
    }
}

fn place(offset: u64, length: usize) -> io::Result<Range<usize>> {
    let start = usize::try_from(offset).map_err(io::Error::other)?;
    Ok(start..start.saturating_add(length))
}

/// Numbers that look random and are the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn is_kept(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & 1 == 1
    }
}
