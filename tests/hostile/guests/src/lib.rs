//! What the attacks share: a bolt, a spout and a grouping that do their work, of which an
//! attack replaces the part that it is about.
//!
//! Everything is written on the plain bindings, because the SDK would not let most of
//! this happen.

mod allocator;
pub mod cycle;
pub mod http;

use std::hint::black_box;

pub use allocator::HostileAllocator;

pub use stormcell_sdk::bindings;
pub use stormcell_sdk::bindings::bolt::exports::stormcell::topology::bolt_task::{
    Batch, CloseReason, Context, Description, Outcome,
};
pub use stormcell_sdk::bindings::common::stormcell::topology::types::{
    Anchors, ByteStrings, Capability, Column, Emission, FailedRow, Field, Kept, NumberLists,
    OutputStream, Packed, SpoutEmission, SpoutOutcome, Text, TextForm, Tracking, ValueType, Values,
};
pub use stormcell_sdk::bindings::common::stormcell::topology::{config, logging, metrics, state};
pub use stormcell_sdk::bindings::grouping::exports::stormcell::topology::grouping_task::{
    Choice, GroupingContext, GroupingDescription,
};

/// What a bolt says of an error of its state.
pub fn refused(error: state::Error) -> String {
    format!("refused: {:?}: {}", error.code, error.message)
}

/// A bolt that acks what it is given.
pub trait Bolt {
    fn describe() -> Description {
        described([text_stream()])
    }
    fn prepare(_context: Context) -> Result<(), String> {
        Ok(())
    }
    fn execute(_batches: Vec<Batch>) -> Result<Outcome, String> {
        Ok(nothing())
    }
    fn tick(_now: u64) -> Result<Outcome, String> {
        Ok(nothing())
    }
    fn close(_reason: CloseReason) -> Result<Outcome, String> {
        Ok(nothing())
    }
}

/// A spout that emits a row each time it is asked.
pub trait Spout {
    fn describe() -> Description {
        described([text_stream()])
    }
    fn prepare(_context: Context) -> Result<(), String> {
        Ok(())
    }
    fn activate() -> Result<(), String> {
        Ok(())
    }
    fn deactivate() -> Result<(), String> {
        Ok(())
    }
    fn next(_max_rows: u32) -> Result<SpoutOutcome, String> {
        Ok(one_row())
    }
    fn acked(_ids: Vec<u8>) -> Result<(), String> {
        Ok(())
    }
    fn failed(_ids: Vec<u8>) -> Result<(), String> {
        Ok(())
    }
    fn close(_reason: CloseReason) -> Result<(), String> {
        Ok(())
    }
}

/// A grouping that sends all rows to the first target.
pub trait Grouping {
    fn describe() -> GroupingDescription {
        GroupingDescription {
            summary: String::new(),
            inputs: vec![],
            config_schema: None,
            text_form: TextForm::Packed,
        }
    }
    fn prepare(_context: GroupingContext) -> Result<(), String> {
        Ok(())
    }
    fn choose(rows: u32, _columns: Vec<Column>) -> Result<Choice, String> {
        Ok(Choice::Each(vec![0; 4 * rows as usize]))
    }
}

/// Makes the component this bolt.
#[macro_export]
macro_rules! bolt {
    ($bolt:ty) => {
        const _: () = {
            use $crate::bindings::bolt::exports::stormcell::topology::bolt_task::Guest;
            use $crate::{Batch, Bolt, CloseReason, Context, Description, Outcome};
            struct Component;
            impl Guest for Component {
                fn describe() -> Description {
                    <$bolt as Bolt>::describe()
                }
                fn prepare(context: Context) -> Result<(), String> {
                    <$bolt as Bolt>::prepare(context)
                }
                fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
                    <$bolt as Bolt>::execute(batches)
                }
                fn tick(now: u64) -> Result<Outcome, String> {
                    <$bolt as Bolt>::tick(now)
                }
                fn close(reason: CloseReason) -> Result<Outcome, String> {
                    <$bolt as Bolt>::close(reason)
                }
            }
            stormcell_sdk::__export_bolt_impl!(
                Component with_types_in stormcell_sdk::bindings::bolt
            );
        };
    };
}

/// Makes the component this spout.
#[macro_export]
macro_rules! spout {
    ($spout:ty) => {
        const _: () = {
            use $crate::bindings::spout::exports::stormcell::topology::spout_task::Guest;
            use $crate::{CloseReason, Context, Description, Spout, SpoutOutcome};
            struct Component;
            impl Guest for Component {
                fn describe() -> Description {
                    <$spout as Spout>::describe()
                }
                fn prepare(context: Context) -> Result<(), String> {
                    <$spout as Spout>::prepare(context)
                }
                fn activate() -> Result<(), String> {
                    <$spout as Spout>::activate()
                }
                fn deactivate() -> Result<(), String> {
                    <$spout as Spout>::deactivate()
                }
                fn next(max_rows: u32) -> Result<SpoutOutcome, String> {
                    <$spout as Spout>::next(max_rows)
                }
                fn acked(ids: Vec<u8>) -> Result<(), String> {
                    <$spout as Spout>::acked(ids)
                }
                fn failed(ids: Vec<u8>) -> Result<(), String> {
                    <$spout as Spout>::failed(ids)
                }
                fn close(reason: CloseReason) -> Result<(), String> {
                    <$spout as Spout>::close(reason)
                }
            }
            stormcell_sdk::__export_spout_impl!(
                Component with_types_in stormcell_sdk::bindings::spout
            );
        };
    };
}

/// Makes the component this grouping.
#[macro_export]
macro_rules! grouping {
    ($grouping:ty) => {
        const _: () = {
            use $crate::bindings::grouping::exports::stormcell::topology::grouping_task::Guest;
            use $crate::{Choice, Column, Grouping, GroupingContext, GroupingDescription};
            struct Component;
            impl Guest for Component {
                fn describe() -> GroupingDescription {
                    <$grouping as Grouping>::describe()
                }
                fn prepare(context: GroupingContext) -> Result<(), String> {
                    <$grouping as Grouping>::prepare(context)
                }
                fn choose(rows: u32, columns: Vec<Column>) -> Result<Choice, String> {
                    <$grouping as Grouping>::choose(rows, columns)
                }
            }
            stormcell_sdk::__export_custom_grouping_impl!(
                Component with_types_in stormcell_sdk::bindings::grouping
            );
        };
    };
}

/// What a component says of itself that emits on these streams and takes any rows.
pub fn described(outputs: impl IntoIterator<Item = OutputStream>) -> Description {
    Description {
        summary: String::new(),
        outputs: outputs.into_iter().collect(),
        inputs: vec![],
        config_schema: Some("{\"type\": \"object\"}".to_owned()),
        text_form: TextForm::Packed,
        capabilities: vec![],
    }
}

/// The stream `default` of one field of this type.
pub fn stream(kind: ValueType) -> OutputStream {
    OutputStream {
        name: "default".to_owned(),
        fields: vec![Field {
            name: "value".to_owned(),
            kind,
            nullable: false,
        }],
        direct: false,
    }
}

/// The stream `default` of one text.
pub fn text_stream() -> OutputStream {
    stream(ValueType::Text)
}

/// All rows are acked, and none is emitted.
pub fn nothing() -> Outcome {
    Outcome {
        emissions: vec![],
        kept: Kept::None,
        acked: vec![],
        failed: vec![],
        extended: vec![],
    }
}

/// An emission of so many rows with these values, anchored to nothing.
pub fn emission(rows: u32, values: Values) -> Emission {
    Emission {
        output: 0,
        rows,
        columns: vec![Column {
            values,
            nulls: None,
        }],
        anchors: Anchors::None,
        direct_task: None,
    }
}

/// What emits this and acks all rows.
pub fn emits(emission: Emission) -> Outcome {
    Outcome {
        emissions: vec![emission],
        ..nothing()
    }
}

/// Texts in the packed form.
pub fn packed(offsets: &[u32], data: &[u8]) -> Values {
    Values::Texts(Text::Packed(Packed {
        offsets: offsets.to_vec(),
        data: data.to_vec(),
    }))
}

/// Texts, one a row.
pub fn texts(values: &[&str]) -> Values {
    let values = values.iter().map(|value| (*value).to_owned());
    Values::Texts(Text::Separate(values.collect()))
}

/// One text.
pub fn says(text: &str) -> Outcome {
    emits(emission(1, texts(&[text])))
}

/// Numbers as they cross.
pub fn bytes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

/// What a spout emits that has one row, with an id.
pub fn one_row() -> SpoutOutcome {
    emits_tracked(Tracking::Ids(next_id().to_le_bytes().to_vec()))
}

/// One row that is tracked like this.
pub fn emits_tracked(tracking: Tracking) -> SpoutOutcome {
    SpoutOutcome {
        emissions: vec![SpoutEmission {
            output: 0,
            rows: 1,
            columns: vec![Column {
                values: texts(&["a"]),
                nulls: None,
            }],
            tracking,
            direct_task: None,
        }],
        ended: false,
        idle_ms: 1,
    }
}

fn next_id() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A setting of the configuration, as its JSON text.
pub fn setting(key: &str) -> Option<String> {
    config::get(key)
}

/// Computes without end.
pub fn spin() -> ! {
    let mut n: u64 = 0;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

/// Allocates without end, and touches what it gets.
pub fn allocate() -> ! {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(black_box(vec![1; 1 << 20]));
    }
}

/// A byte string that is said to be this long, and is not.
pub fn lying(len: usize) -> Vec<u8> {
    let start = Box::leak(Box::new([0_u8; 16])).as_mut_ptr();
    // SAFETY: nothing here reads it. It is what a guest may hand to its host that is not
    // written in Rust.
    unsafe { Vec::from_raw_parts(start, len, len) }
}

/// A text that shares its bytes with all that were made of the same ones.
pub fn shared(bytes: &'static [u8]) -> String {
    // SAFETY: nothing here writes to it or frees it, because the host refuses what holds
    // it before its memory would be given back.
    unsafe {
        String::from_utf8_unchecked(Vec::from_raw_parts(
            bytes.as_ptr().cast_mut(),
            bytes.len(),
            bytes.len(),
        ))
    }
}
