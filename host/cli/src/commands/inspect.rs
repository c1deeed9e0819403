//! `stormcell inspect`: what a component or a topology consists of.

mod asked;
mod component;
mod limits;
mod restart;
mod topology;

use std::io::Read as _;
use std::path::Path;

use crate::args::InspectArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;

/// Shows a component, if the file is one by its name or its first bytes, else a
/// topology.
pub(crate) async fn run(
    args: &InspectArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    if is_component(&args.file) {
        component::inspect(&args.file, &args.component_limits, console).await
    } else {
        topology::inspect(&args.file, &args.component_limits, console, &interrupt).await
    }
}

fn is_component(path: &Path) -> bool {
    if path
        .extension()
        .is_some_and(|extension| extension == "wasm")
    {
        return true;
    }
    let mut magic = [0; 4];
    stormcell_regular_file::open(path)
        .and_then(|mut file| file.read_exact(&mut magic))
        .is_ok_and(|()| magic == *b"\0asm")
}
