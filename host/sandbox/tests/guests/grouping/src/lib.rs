//! A grouping by the length of the first field: `each` row to one target, or, told
//! so, to several or to one that does not exist.

use std::cell::Cell;

use exports::stormcell::topology::grouping_task::{
    Choice, Column, GroupingContext, GroupingDescription, Guest,
};
use stormcell::topology::config;
use stormcell::topology::types::{
    Field, InputRequirement, NumberLists, Text, TextForm, ValueType, Values,
};

wit_bindgen::generate!({
    path: "../../../../../wit/v0.1.0",
    world: "custom-grouping",
});

thread_local! {
    static TARGETS: Cell<u32> = const { Cell::new(0) };
}

struct Grouping;
export!(Grouping);

impl Guest for Grouping {
    fn describe() -> GroupingDescription {
        GroupingDescription {
            summary: "By length".to_owned(),
            inputs: vec![InputRequirement {
                stream_name: None,
                fields: vec![Field {
                    name: "word".to_owned(),
                    kind: ValueType::Text,
                    nullable: false,
                }],
            }],
            config_schema: None,
            text_form: TextForm::Separate,
        }
    }

    fn prepare(context: GroupingContext) -> Result<(), String> {
        TARGETS.set(context.targets.len() as u32);
        Ok(())
    }

    fn choose(_: u32, columns: Vec<Column>) -> Result<Choice, String> {
        let Some(Values::Texts(Text::Separate(words))) =
            columns.into_iter().next().map(|column| column.values)
        else {
            return Err("expected separate text".to_owned());
        };
        let targets = TARGETS.get();
        let bytes = |numbers: Vec<u32>| numbers.into_iter().flat_map(u32::to_le_bytes).collect();
        let told = config::get("do").unwrap_or_default();
        Ok(match told.trim_matches('"') {
            "all" => Choice::Lists(NumberLists {
                offsets: bytes((0..=words.len() as u32).map(|row| row * targets).collect()),
                numbers: bytes(words.iter().flat_map(|_| 0..targets).collect()),
            }),
            "nowhere" => Choice::Each(bytes(vec![targets; words.len()])),
            _ => Choice::Each(bytes(
                words
                    .iter()
                    .map(|word| word.len() as u32 % targets)
                    .collect(),
            )),
        })
    }
}
