//! Whole chains of operators, called one after the other.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, StringArray};
use stormcell_batch::Columns;

use crate::cpu_clock::ThreadCpu;
use crate::operator::{Count, emitted, split};
use crate::{BenchError, Quantity, Sample, Shape, Surroundings};

/// Threads that each run the whole chain.
const THREADS: usize = 2;

/// Batches between two looks at the clock.
const PASS: usize = 16;

/// Words of a sentence.
const WORDS: usize = 9;

/// What runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chain {
    /// Texts are copied one by one, and the copy is dropped.
    Identity,
    /// Sentences are split, and the words are dropped.
    Split,
    /// Sentences are split, and the words are counted.
    WordCount,
}

/// The operators of a thread, with what they remember.
#[derive(Debug)]
struct Operators {
    chain: Chain,
    count: Count,
    /// Rows that came out at the end.
    out: usize,
}

impl Operators {
    fn new(chain: Chain) -> Self {
        Self {
            chain,
            count: Count::default(),
            out: 0,
        }
    }

    fn work(&mut self, texts: &StringArray) {
        match self.chain {
            Chain::Identity => self.out += black_box(copy(texts)).len(),
            Chain::Split => self.out += black_box(split(texts)).0.len(),
            Chain::WordCount => self.count.add(&split(texts).0),
        }
    }

    /// Everything that came out, over all calls.
    fn finish(self) -> usize {
        let counted: i64 = self.count.finish().iter().map(|(_, count)| count).sum();
        self.out + counted as usize
    }
}

/// The same texts, in memory of their own.
fn copy(texts: &StringArray) -> StringArray {
    let mut copy = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
    for text in texts.iter().flatten() {
        copy.append_value(text);
    }
    copy.finish()
}

/// What a thread did after it was warm.
struct Done {
    rows: usize,
    elapsed: Duration,
    cpu: Duration,
}

/// Runs a chain in two threads, each for the same time.
pub(super) fn run(
    chain: Chain,
    shape: Shape,
    surroundings: &Surroundings,
) -> Result<Sample, BenchError> {
    let spout = match chain {
        Chain::Identity => "constant",
        Chain::Split | Chain::WordCount => "sentences",
    };
    let batches = Arc::new(emitted(spout, surroundings)?);
    let (warm_up, window) = (surroundings.warm_up, surroundings.window);
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let batches = Arc::clone(&batches);
            std::thread::spawn(move || thread(chain, &batches, warm_up, window))
        })
        .collect();
    let wrong = |what: String| BenchError::Wrong {
        engine: "native",
        shape,
        what,
    };
    let (mut rows, mut rate, mut cpu) = (0, 0.0, Duration::ZERO);
    for thread in threads {
        let done = thread
            .join()
            .map_err(|_| wrong("a thread panicked".to_owned()))?
            .map_err(wrong)?;
        rows += done.rows;
        rate += done.rows as f64 / done.elapsed.as_secs_f64();
        cpu += done.cpu;
    }
    Ok(Sample::default().with(Quantity::Rate, rate).with(
        Quantity::CpuPerMillion,
        cpu.as_secs_f64() / rows as f64 * 1e6,
    ))
}

/// One thread's work; an error if not all that went in came out.
fn thread(
    chain: Chain,
    batches: &[Columns],
    warm_up: Duration,
    window: Duration,
) -> Result<Done, String> {
    let mut operators = Operators::new(chain);
    let mut batches = batches.iter().cycle();
    let mut until = |operators: &mut Operators, end: Instant| {
        let mut rows = 0;
        loop {
            for batch in batches.by_ref().take(PASS) {
                for column in batch.arrays() {
                    operators.work(column.as_string());
                }
                rows += batch.rows();
            }
            if Instant::now() >= end {
                return rows;
            }
        }
    };
    let warm = until(&mut operators, Instant::now() + warm_up);
    let (cpu, start) = (ThreadCpu::start(), Instant::now());
    let rows = until(&mut operators, start + window);
    let done = Done {
        rows,
        elapsed: start.elapsed(),
        cpu: cpu.elapsed(),
    };
    let expected = (warm + rows) * if chain == Chain::Identity { 1 } else { WORDS };
    match operators.finish() {
        out if out == expected => Ok(done),
        out => Err(format!("{out} rows came out, expected {expected}")),
    }
}
