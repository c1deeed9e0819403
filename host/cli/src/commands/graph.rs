//! `stormcell graph`: a drawing of a topology.

use serde_json::json;
use stormcell_topology::Graph;

use crate::args::{GraphArgs, GraphFormat};
use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::topology_file;

/// The drawing.
pub(crate) fn run(args: &GraphArgs) -> Result<CommandOutput, Failure> {
    let file = topology_file::open(&args.topology)?;
    let graph = Graph::from(&file.parsed);
    let (format, drawing) = match args.format {
        GraphFormat::Mermaid => ("mermaid", graph.to_mermaid()),
        GraphFormat::Dot => ("dot", graph.to_dot()),
    };
    let json = json!({ "format": format, "graph": drawing });
    Ok(CommandOutput::ok(drawing, json))
}
