//! `stormcell explain`: the page behind a code.

use serde_json::{Value, json};
use stormcell_topology::Code;

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::status::Status;
use crate::table::{self, Align};

/// The page of one code, or the list of all.
pub(crate) fn run(args: &ExplainArgs) -> Result<CommandOutput, Failure> {
    let Some(written) = &args.code else {
        return Ok(list());
    };
    let code = find(written).ok_or_else(|| {
        Failure::new(
            Status::Usage,
            format!(
                "there is no code {:?}; `stormcell explain` without a code lists them all",
                written
            ),
        )
    })?;
    let mut json = summary(code);
    if let Value::Object(object) = &mut json {
        object.insert("page".to_owned(), code.page().into());
    }
    Ok(CommandOutput::ok(code.page().to_owned(), json))
}

/// The code that is written so.
fn find(written: &str) -> Option<Code> {
    let page = stormcell_topology::explain(written)?;
    Code::ALL.iter().copied().find(|code| code.page() == page)
}

fn list() -> CommandOutput {
    let rows = Code::ALL
        .iter()
        .map(|code| {
            vec![
                code.to_string(),
                code.severity().to_string(),
                title(*code).to_owned(),
            ]
        })
        .collect();
    let columns = [
        ("code", Align::Left),
        ("severity", Align::Left),
        ("meaning", Align::Left),
    ];
    let json = Code::ALL.iter().map(|code| summary(*code)).collect();
    CommandOutput::ok(table::render(&columns, rows), json)
}

fn summary(code: Code) -> Value {
    json!({ "code": code, "severity": code.severity(), "title": title(code) })
}

/// The heading of its page, without the code.
fn title(code: Code) -> &'static str {
    let heading = code.page().lines().next().unwrap_or_default();
    let heading = heading.trim_start_matches('#').trim();
    heading
        .strip_prefix(code.as_str())
        .map_or(heading, |rest| rest.trim_start_matches(':').trim())
}
