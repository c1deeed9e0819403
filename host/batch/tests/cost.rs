//! What rows are said to cost is what the allocator gives out for them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, StringArray};
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use stormcell_batch::{Batch, Columns, Field, Lineage, LineageBuilder, Run, Schema, ValueType};

/// Counts what is allocated and not yet given back, thread by thread.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // Not there while a thread ends.
    let _ = LIVE.try_with(|live| live.set(live.get() + bytes));
}

// SAFETY: everything is left to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What is made, and the bytes that are in use for it.
fn made<T>(make: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    let made = make();
    (made, usize::try_from(LIVE.get() - before).unwrap())
}

/// The cost is not below what is in use, and not far above.
#[track_caller]
fn close(what: &str, cost: usize, live: usize) {
    // The batch itself is where its owner has it.
    let header = size_of::<Batch>();
    assert!(cost >= live, "{what}: costs {cost}, takes {live}");
    assert!(
        cost <= 2 * (live + header),
        "{what}: costs {cost}, takes {live}"
    );
}

fn text(rows: usize, bytes: usize, nulls: bool) -> ArrayRef {
    let lengths = std::iter::repeat_n(bytes / rows, rows);
    let offsets = OffsetBuffer::from_lengths(lengths);
    let data = vec![b'a'; bytes / rows * rows];
    let nulls = nulls.then(|| NullBuffer::new_null(rows));
    Arc::new(StringArray::new(offsets, data.into(), nulls))
}

fn numbers(rows: usize) -> ArrayRef {
    Arc::new(Int64Array::new(ScalarBuffer::from(vec![1; rows]), None))
}

fn truths(rows: usize) -> ArrayRef {
    Arc::new(BooleanArray::from(vec![true; rows]))
}

fn columns(kind: ValueType, arrays: impl IntoIterator<Item = ArrayRef>, rows: usize) -> Columns {
    let arrays: Vec<ArrayRef> = arrays.into_iter().collect();
    let field = |column| Field {
        name: format!("f{column}"),
        kind,
        nullable: true,
    };
    let schema = Schema::new((0..arrays.len()).map(field));
    Columns::new(&schema, arrays, rows).unwrap()
}

#[test]
fn columns_cost_what_they_take() {
    type Make = fn() -> Columns;
    let cases: [(&str, Make); 9] = [
        ("a row of no fields", || columns(ValueType::Int, [], 1)),
        ("an empty text", || {
            columns(ValueType::Text, [text(1, 0, false)], 1)
        }),
        ("one null", || {
            columns(ValueType::Text, [text(1, 0, true)], 1)
        }),
        ("a number", || columns(ValueType::Int, [numbers(1)], 1)),
        ("a row of many columns", || {
            columns(ValueType::Text, (0..256).map(|_| text(1, 10, false)), 1)
        }),
        ("a thousand numbers", || {
            columns(ValueType::Int, [numbers(1_000)], 1_000)
        }),
        ("a thousand nulls", || {
            columns(ValueType::Text, [text(1_000, 0, true)], 1_000)
        }),
        ("a thousand texts of 1 kB", || {
            columns(ValueType::Text, [text(1_000, 1_000_000, false)], 1_000)
        }),
        ("ten fields of ten rows", || {
            columns(ValueType::Int, (0..10).map(|_| numbers(10)), 10)
        }),
    ];
    for (what, make) in cases {
        // Not the schema, which the columns do not keep.
        drop(make());
        let (columns, live) = made(make);
        close(what, columns.cost(), live);
    }
}

/// A truth is counted as a byte, which is what pacing has always done, and takes a bit.
#[test]
fn truths_cost_no_less_than_they_take() {
    let (columns, live) = made(|| columns(ValueType::Bool, [truths(100_000)], 100_000));
    assert!(columns.cost() >= live && columns.cost() <= 9 * live);
}

/// The whole stays in memory for as long as a part of it is there; the part adds only its
/// headers.
#[test]
fn a_part_that_shares_its_values_costs_its_headers() {
    let whole = columns(ValueType::Text, [text(1_000, 1 << 20, false)], 1_000);
    let (part, live) = made(|| whole.slice(10, 1));
    close("a part", part.cost_of_part(), live);
    let before = LIVE.get();
    drop(whole);
    assert!(before - LIVE.get() < 1 << 10, "the values are still there");
}

#[test]
fn lineages_cost_what_they_take() {
    let many = |rows: u64, roots: u64| {
        let mut builder = LineageBuilder::default();
        for row in 0..rows {
            builder.push((0..roots).map(|root| (row * roots + root, 1)));
        }
        builder.finish()
    };
    let one = |rows: u64| Lineage::One {
        roots: (0..rows).collect(),
        edges: vec![1; rows as usize],
    };
    let run = |root| Run {
        root,
        rows: 1_000,
        edge: 1,
    };
    type Make = Box<dyn Fn() -> Lineage>;
    let cases: [(&str, Make); 6] = [
        ("no tree", Box::new(|| Lineage::Untracked { rows: 1 << 20 })),
        ("a run", Box::new(move || Lineage::Runs(vec![run(0)]))),
        (
            "runs",
            Box::new(move || Lineage::Runs((0..100).map(run).collect())),
        ),
        ("scattered rows", Box::new(move || one(1_000))),
        ("rows of two roots", Box::new(move || many(1_000, 2))),
        (
            "a row of a thousand roots",
            Box::new(move || many(1, 1_000)),
        ),
    ];
    for (what, make) in cases {
        let (lineage, live) = made(make);
        close(what, lineage.cost(), live);
    }
}

/// What was the fault: rows of no bytes in batches of one row cost hundreds of bytes, and
/// were counted as nothing.
#[test]
fn rows_of_no_bytes_cost_something() {
    let empty = columns(ValueType::Text, [text(1, 0, false)], 1);
    assert_eq!(empty.bytes(), 4);
    assert!(empty.cost() > 200);
    let batch = Batch::new(
        columns(ValueType::Int, [], 1),
        Lineage::Untracked { rows: 1 },
    );
    assert!(batch.cost() > 50);
}

#[test]
fn a_part_keeps_others_in_memory_and_a_copy_of_it_does_not() {
    let whole = columns(ValueType::Text, [text(100, 100_000, false)], 100);
    assert!(!whole.keep_others());
    let part = whole.slice(10, 20);
    assert!(part.keep_others());
    assert!(part.buffers() > 100_000);
    let copy = part.gather((0..20).collect()).unwrap();
    assert!(!copy.keep_others());
}
