//! What the spout wrote down (`components/journaled/sentences`), and what it says about
//! each death.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The bytes of a number in a journal.
const NUMBER: usize = 8;

/// What happened to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Emitted,
    Acked,
    Failed,
}

/// Something that happened to rows at one time.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    what: What,
    /// Microseconds since 1970.
    at: u64,
    rows: Vec<u64>,
}

/// What became of the rows that were in flight when a worker was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Death {
    /// Microseconds since 1970.
    at: u64,
    /// Rows that were in flight then and have not been acked since.
    in_flight: HashSet<u64>,
    /// How long it took until the first of them was emitted again.
    pub(super) replay: Option<Duration>,
    /// How long it took until the last of them was acked.
    pub(super) recovered: Option<Duration>,
}

/// What happened to all rows.
#[derive(Debug, Default)]
pub(super) struct Journal {
    deaths: Vec<Death>,
    /// Whether a row is acked, by its number.
    acked: Vec<bool>,
    /// The first and the last moment of which something is known.
    span: Option<(u64, u64)>,
}

impl Journal {
    /// Reads the journals of all instances of the spout; workers were killed at these
    /// times, in microseconds since 1970, ascending.
    pub(super) fn read(folder: &Path, killed: &[u64]) -> Result<Self, String> {
        let problem = |error: std::io::Error| format!("reading {}: {error}", folder.display());
        let mut records = Vec::new();
        for entry in fs::read_dir(folder).map_err(problem)? {
            let path = entry.map_err(problem)?.path();
            if path.extension().is_some_and(|it| it == "journal") {
                let bytes = fs::read(&path).map_err(problem)?;
                let read = parse(&bytes).map_err(|what| format!("{}: {what}", path.display()))?;
                records.extend(read);
            }
        }
        Ok(Self::of(records, killed))
    }

    fn of(mut records: Vec<Record>, killed: &[u64]) -> Self {
        records.sort_by_key(|record| record.at);
        let mut journal = Self::default();
        let mut in_flight = HashSet::new();
        let mut killed = killed.iter().copied().peekable();
        for record in &records {
            while let Some(at) = killed.next_if(|at| *at <= record.at) {
                journal.deaths.push(Death {
                    at,
                    in_flight: in_flight.clone(),
                    replay: None,
                    recovered: None,
                });
            }
            journal
                .deaths
                .iter_mut()
                .for_each(|death| death.see(record));
            journal.span = Some((journal.span.map_or(record.at, |span| span.0), record.at));
            for &row in &record.rows {
                match record.what {
                    What::Emitted => {
                        in_flight.insert(row);
                        journal.knows(row);
                    }
                    What::Acked => {
                        in_flight.remove(&row);
                        *journal.knows(row) = true;
                    }
                    What::Failed => {}
                }
            }
        }
        journal
    }

    /// Whether this row is acked.
    fn knows(&mut self, row: u64) -> &mut bool {
        let at = row as usize;
        if at >= self.acked.len() {
            self.acked.resize(at + 1, false);
        }
        &mut self.acked[at]
    }

    /// The deaths, in their order.
    pub(super) fn deaths(&self) -> &[Death] {
        &self.deaths
    }

    /// Rows that are acked, each once.
    pub(super) fn acked(&self) -> impl Iterator<Item = u64> {
        let rows = self.acked.iter().zip(0..);
        rows.filter_map(|(acked, row)| acked.then_some(row))
    }

    /// How many rows were emitted and never acked.
    pub(super) fn unsettled(&self) -> usize {
        self.acked.iter().filter(|acked| !**acked).count()
    }

    /// Rows that were acked, a second, deaths and all.
    pub(super) fn rate(&self) -> f64 {
        let micros = self.span.map_or(0, |(first, last)| last - first);
        self.acked().count() as f64 / (micros.max(1) as f64 / 1e6)
    }
}

impl Death {
    fn see(&mut self, record: &Record) {
        if self.recovered.is_some() {
            return;
        }
        let since = Duration::from_micros(record.at - self.at);
        match record.what {
            What::Emitted if self.replay.is_none() => {
                let again = record.rows.iter().any(|row| self.in_flight.contains(row));
                self.replay = again.then_some(since);
            }
            What::Acked if !self.in_flight.is_empty() => {
                for row in &record.rows {
                    self.in_flight.remove(row);
                }
                self.recovered = self.in_flight.is_empty().then_some(since);
            }
            _ => {}
        }
    }
}

/// The records of one journal. The last one counts only if it is whole.
fn parse(bytes: &[u8]) -> Result<Vec<Record>, String> {
    let (numbers, _) = bytes.as_chunks::<NUMBER>();
    let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
    let mut records = Vec::new();
    while let (Some(what), Some(at), Some(count)) = (numbers.next(), numbers.next(), numbers.next())
    {
        let what = match what {
            0 => What::Emitted,
            1 => What::Acked,
            2 => What::Failed,
            other => return Err(format!("there is no record of the kind {other}")),
        };
        if count > numbers.len() as u64 {
            break;
        }
        let rows: Vec<u64> = numbers.by_ref().take(count as usize).collect();
        if let Some(row) = rows.iter().find(|row| **row > u64::from(u32::MAX)) {
            return Err(format!("there is no row {row}"));
        }
        records.push(Record { what, at, rows });
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::What::{Acked, Emitted, Failed};
    use super::*;

    fn record(what: What, at: u64, rows: &[u64]) -> Record {
        let rows = rows.to_vec();
        Record { what, at, rows }
    }

    fn bytes(numbers: &[u64]) -> Vec<u8> {
        let numbers = numbers.iter().map(|number| number.to_le_bytes());
        numbers.flatten().collect()
    }

    #[test]
    fn replay_and_recovery_are_those_of_rows_that_were_in_flight() {
        let records = vec![
            record(Emitted, 10, &[0, 1, 2]),
            record(Acked, 20, &[0]),
            // Here a worker is killed: 1 and 2 are in flight.
            record(Emitted, 40, &[3]),
            record(Failed, 45, &[2]),
            record(Acked, 50, &[1, 3]),
            record(Emitted, 60, &[2, 4]),
            record(Acked, 75, &[4]),
            record(Acked, 90, &[2]),
        ];
        let journal = Journal::of(records, &[30]);
        let [death] = journal.deaths() else {
            panic!("one was killed: {journal:?}");
        };
        assert_eq!(death.replay, Some(Duration::from_micros(30)));
        assert_eq!(death.recovered, Some(Duration::from_micros(60)));
        assert_eq!(journal.unsettled(), 0);
        assert_eq!(journal.acked().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(journal.rate(), 5.0 / 80e-6);
    }

    #[test]
    fn what_is_never_acked_is_seen() {
        let records = vec![
            record(Emitted, 10, &[0, 1]),
            record(Acked, 40, &[0]),
            record(Emitted, 50, &[2]),
        ];
        let journal = Journal::of(records, &[20, 30]);
        assert_eq!(journal.unsettled(), 2);
        assert_eq!(journal.deaths().len(), 2);
        for death in journal.deaths() {
            assert_eq!((death.replay, death.recovered), (None, None));
        }
    }

    #[test]
    fn journals_of_several_instances_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, numbers: &[u64]| {
            std::fs::write(folder.path().join(name), bytes(numbers)).unwrap();
        };
        write("b.journal", &[0, 30, 1, 7, 1, 40, 1, 7]);
        write("a.journal", &[0, 10, 1, 7]);
        write("position", &[8]);
        let journal = Journal::read(folder.path(), &[20]).unwrap();
        let replayed = journal.deaths()[0].replay;
        assert_eq!(replayed, Some(Duration::from_micros(10)));
    }

    #[test]
    fn a_record_that_is_not_whole_does_not_count() {
        let whole = bytes(&[0, 10, 2, 7, 8, 1, 20, 1, 7]);
        assert_eq!(parse(&whole).unwrap().len(), 2);
        for length in 0..whole.len() {
            let records = parse(&whole[..length]).unwrap();
            assert_eq!(records.len(), usize::from(length >= 5 * NUMBER));
        }
        parse(&bytes(&[3, 10, 0])).unwrap_err();
        parse(&bytes(&[0, 10, 1, u64::MAX])).unwrap_err();
    }
}
