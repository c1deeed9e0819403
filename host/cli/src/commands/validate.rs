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
        let count = file.parsed.component_refs().len() as u64;
        let text = format!(
            "{}: the file is in order; its {} not checked (--no-build)\n",
            args.topology.display(),
            if count == 1 {
                "component was".to_owned()
            } else {
                format!("{} components were", format::count(count))
            },
        );
        let json = json!({ "valid": true, "components_checked": false, "warnings": [] });
        return Ok(CommandOutput::ok(text, json));
    }
    let building = Building { no_build: false };
    let limits = args.component_limits.sandbox();
    let prepared = prepare::prepare(&file, building, limits, console, &interrupt).await?;
    let topology = &prepared.checked.topology;
    let warnings = &prepared.checked.warnings;
    warn(warnings, console);
    let refused = args.deny_warnings && !warnings.is_empty();
    let text = if refused {
        String::new()
    } else {
        format!(
            "{}: {} is valid: {}, {}{}\n",
            args.topology.display(),
            topology.name(),
            format::of(topology.spouts().count() as u64, "spout"),
            format::of(topology.bolts().count() as u64, "bolt"),
            if warnings.is_empty() {
                String::new()
            } else {
                format!("; {}", format::of(warnings.items().len() as u64, "warning"))
            },
        )
    };
    if refused {
        console.error(&format!(
            "{}: {} (--deny-warnings)",
            args.topology.display(),
            format::of(warnings.items().len() as u64, "warning"),
        ));
    }
    Ok(CommandOutput {
        text,
        json: json!({
            "valid": !refused,
            "components_checked": true,
            "warnings": warnings.to_json(),
        }),
        status: if refused { Status::BadData } else { Status::Ok },
    })
}

/// Shows the warnings about a topology.
pub(super) fn warn(warnings: &Diagnostics, console: &Console) {
    if !warnings.is_empty() && !console.quiet {
        console.say(&warnings.render(console.style()));
        console.say("");
    }
}
