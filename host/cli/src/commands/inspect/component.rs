//! A component file: what it says of itself and what can be read off it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use stormcell_protocol::capabilities::AskedFor;
use stormcell_sandbox::LoadError;
use stormcell_topology::{Description, TextForm, capabilities};

use super::asked;
use crate::args::ComponentLimits;
use crate::console::Console;
use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::status::Status;
use crate::{format, prepare, signature_file, state};

/// Loads a component, asks it, and shows both.
pub(super) async fn inspect(
    path: &Path,
    limits: &ComponentLimits,
    console: &Console,
) -> Result<CommandOutput, Failure> {
    let env = state::existing(path.parent().unwrap_or(path), console);
    let sandbox = prepare::sandbox(env.as_ref(), limits, 0)?;
    let component = sandbox.load(path).await.map_err(|error| {
        let status = match &error {
            LoadError::Read { .. } => Status::NoInput,
            _ => Status::BadData,
        };
        Failure::new(status, error.to_string())
    })?;
    let description = component.describe().await.map_err(|error| {
        Failure::new(
            Status::BadData,
            format!(
                "{}: a component of the world `{}` that does not describe itself: {error}",
                path.display(),
                component.world()
            ),
        )
    })?;
    let json = serde_json::to_value(&description)
        .map_err(|error| Failure::new(Status::Internal, error.to_string()))?;
    let signature = signature_file::read(path)?;
    let signed_by = signature.map(|signature| signature.key);
    let asked = capabilities::asked(&description).into_iter();
    let asked: Vec<AskedFor> = asked.map(AskedFor::from).collect();
    let json = json!({
        "file": path,
        "component": json,
        "asks_for": asked,
        "signed_by": signed_by,
    });
    let mut text = text(path, &description, &asked);
    if let Some(key) = signed_by {
        // Whether it is right, and the key trusted, is for whoever runs it.
        text.push_str(&format!("\nsays that it is signed by {key}\n"));
    }
    Ok(CommandOutput::ok(text, json))
}

fn text(path: &Path, description: &Description, asked: &[AskedFor]) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "{}\n  {}\n\n  kind       {} (interface {})\n  size       {} ({} bytes)\n  digest     {}\n  text form  {}\n",
        path.display(),
        description.summary,
        description.world,
        description.interface_version,
        format::size(description.size),
        format::count(description.size),
        description.digest,
        form(description.text_form),
    );
    section(
        &mut out,
        "emits",
        description.outputs.iter().map(|stream| {
            let direct = if stream.direct { " (direct)" } else { "" };
            format!("{}{direct}: {}", stream.name, stream.schema)
        }),
    );
    section(
        &mut out,
        "needs on its inputs",
        description.inputs.iter().map(|input| {
            let fields: Vec<String> = input.fields.iter().map(ToString::to_string).collect();
            let stream = input.stream.as_deref().unwrap_or("every stream");
            format!("{stream}: {}", fields.join(", "))
        }),
    );
    section(
        &mut out,
        "must be granted",
        description
            .capabilities
            .iter()
            .map(|capability| format!("grants.{}", capability.grant())),
    );
    section(&mut out, "asks for", asked::in_words(asked));
    match &description.config_schema {
        None => section(&mut out, "configuration", []),
        Some(schema) => {
            let schema = serde_json::to_string_pretty(schema).unwrap_or_default();
            section(
                &mut out,
                "configuration (JSON Schema)",
                schema.lines().map(str::to_owned),
            );
        }
    }
    out
}

fn form(form: TextForm) -> &'static str {
    match form {
        TextForm::Packed => "packed",
        TextForm::Separate => "separate",
        TextForm::Joined => "joined",
    }
}

/// A heading and indented lines, or the word "none".
fn section(out: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    let _ = writeln!(out, "\n  {title}");
    let mut any = false;
    for line in lines {
        any = true;
        let _ = writeln!(out, "    {line}");
    }
    if !any {
        out.push_str("    none\n");
    }
}
