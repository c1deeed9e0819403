//! Whether the file and its components fit together.

mod assemble;
mod capabilities;
mod config;
mod described;
mod streams;
mod useless_grants;
mod warnings;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::description::Description;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Severity;
use crate::file::TopologyFile;
use crate::model::Topology;
use crate::source::Document;
use crate::validate::{ComponentKey, Parsed};

pub use capabilities::is_provided;

/// Mistakes of one kind that are told of one component. A component may be made to have
/// thousands, which nobody would read.
const TOLD: usize = 20;

/// A topology that has passed every check, and what is odd about it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The topology.
    pub topology: Topology,
    /// Warnings; they do not keep it from running.
    pub warnings: Diagnostics,
}

/// The file, and the descriptions that can be relied on.
struct Fit<'a> {
    document: &'a Document,
    file: &'a TopologyFile,
    described: BTreeMap<ComponentKey, Arc<Description>>,
}

impl Fit<'_> {
    /// What this spout or bolt says of itself.
    fn component(&self, id: &str) -> Option<&Arc<Description>> {
        self.described.get(&ComponentKey::Component(id.to_owned()))
    }

    /// What the custom grouping of this stream says of itself.
    fn grouping(&self, stream: usize) -> Option<&Arc<Description>> {
        self.described.get(&ComponentKey::Grouping(stream))
    }
}

/// Checks a parsed file against its components. `components` has what each of
/// [`Parsed::component_refs`] says of itself, or why it could not be loaded.
///
/// # Errors
/// Every mistake in how the file and the components fit together, and the
/// warnings.
pub fn check(
    parsed: &Parsed,
    components: &BTreeMap<ComponentKey, Result<Description, String>>,
) -> Result<Checked, Diagnostics> {
    let mut found = parsed.warnings.clone();
    let fit = Fit {
        document: &parsed.document,
        file: &parsed.file,
        described: described::check(parsed, components, &mut found),
    };
    streams::check(&fit, &mut found);
    config::check(&fit, &mut found);
    capabilities::check(&fit, &mut found);
    warnings::check(&fit, &mut found);
    useless_grants::check(&fit, &mut found);
    let errors = found.iter().any(|item| item.severity() == Severity::Error);
    let warnings = parsed.document.diagnostics(found);
    match assemble::topology(&fit) {
        Some(topology) if !errors => Ok(Checked { topology, warnings }),
        _ => Err(warnings),
    }
}
