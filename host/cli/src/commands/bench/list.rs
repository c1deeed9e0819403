//! `stormcell bench --list`.

use serde_json::{Value, json};
use stormcell_bench::{Engine, Shape};

use crate::output::CommandOutput;
use crate::table::{self, Align};

/// The shapes and the engines.
pub(super) fn list(engines: &[Box<dyn Engine>]) -> CommandOutput {
    let shapes = Shape::all();
    let columns = [("shape", Align::Left), ("what is run", Align::Left)];
    let rows = shapes
        .iter()
        .map(|shape| vec![shape.to_string(), shape.about()]);
    let mut text = table::render(&columns, rows.collect());
    text.push('\n');
    let columns = [
        ("engine", Align::Left),
        ("shapes", Align::Right),
        ("what it is", Align::Left),
    ];
    let rows = engines.iter().map(|engine| {
        vec![
            engine.name().to_owned(),
            engine.shapes().len().to_string(),
            engine.about(),
        ]
    });
    text.push_str(&table::render(&columns, rows.collect()));

    let shapes = shapes
        .iter()
        .map(|shape| json!({ "shape": shape, "about": shape.about() }));
    let engines = engines.iter().map(|engine| {
        json!({
            "engine": engine.name(),
            "about": engine.about(),
            "shapes": engine.shapes(),
        })
    });
    let json = json!({
        "shapes": shapes.collect::<Vec<Value>>(),
        "engines": engines.collect::<Vec<Value>>(),
    });
    CommandOutput::ok(text, json)
}
