//! `stormcell validate`: every mistake in a topology, without running it.

use serde_json::json;
use stormcell_topology::Diagnostics;

use crate::args::{Building, ValidateArgs};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::status::Status;
use crate::{format, prepare, topology_file};

/// Checks the file and, unless told not to, its components.
pub(crate) async fn run(
    args: &ValidateArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let file = topology_file::open(&args.topology)?;
    if args.no_build {
        let warnings = file.parsed.warnings();
        let count = file.parsed.component_refs().len() as u64;
        let text = format!(
            "{}: the file is in order; its {} not checked (--no-build){}\n",
            args.topology.display(),
            if count == 1 {
                "component was".to_owned()
            } else {
                format!("{} components were", format::count(count))
            },
            counted(&warnings),
        );
        return Ok(output(args, console, text, &warnings));
    }
    let building = Building { no_build: false };
    let limits = args.component_limits.sandbox();
    let prepared = prepare::prepare(&file, building, limits, console, &interrupt).await?;
    let topology = &prepared.checked.topology;
    let warnings = &prepared.checked.warnings;
    let text = format!(
        "{}: {} is valid: {}, {}{}\n",
        args.topology.display(),
        topology.name(),
        format::of(topology.spouts().count() as u64, "spout"),
        format::of(topology.bolts().count() as u64, "bolt"),
        counted(warnings),
    );
    Ok(output(args, console, text, warnings))
}

/// What is written of a topology without errors: this text, unless it is refused for its
/// warnings.
fn output(
    args: &ValidateArgs,
    console: &Console,
    text: String,
    warnings: &Diagnostics,
) -> CommandOutput {
    warn(warnings, console);
    let refused = args.deny_warnings && !warnings.is_empty();
    if refused {
        console.error(&format!(
            "{}: {} (--deny-warnings)",
            args.topology.display(),
            format::of(warnings.items().len() as u64, "warning"),
        ));
    }
    CommandOutput {
        text: if refused { String::new() } else { text },
        json: json!({
            "valid": !refused,
            "components_checked": !args.no_build,
            "warnings": warnings.to_json(),
        }),
        status: if refused { Status::BadData } else { Status::Ok },
    }
}

/// How many warnings there are, at the end of a line; nothing if there are none.
fn counted(warnings: &Diagnostics) -> String {
    match warnings.items().len() as u64 {
        0 => String::new(),
        count => format!("; {}", format::of(count, "warning")),
    }
}

/// Shows the warnings about a topology.
pub(super) fn warn(warnings: &Diagnostics, console: &Console) {
    if !warnings.is_empty() && !console.quiet {
        console.say(&warnings.render(console.style()));
        console.say("");
    }
}
