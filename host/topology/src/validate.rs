//! From text to a validated topology: [`parse`], then [`check`].

use std::collections::BTreeMap;

use crate::description::{Description, World};
use crate::diagnostic::Diagnostics;
use crate::model::Topology;

/// Which component file is meant: that of a spout or bolt, or of a grouping.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComponentKey {
    /// The spout or bolt with this id.
    Component(String),
    /// The custom grouping of the stream at this position of `streams`, from 0.
    Grouping(usize),
}

/// A component file that a topology needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentRef {
    /// Who needs it.
    pub key: ComponentKey,
    /// The .wasm file or source folder as written: if relative, then to the
    /// folder of the topology file.
    pub path: String,
    /// The world it must be built for.
    pub world: World,
}

/// A topology file that is in order by itself.
#[derive(Debug, Clone)]
pub struct Parsed {
    refs: Vec<ComponentRef>,
    topology: Topology,
    diagnostics: Diagnostics,
}

impl Parsed {
    /// The component files it needs, in the order of the file. Several may name
    /// the same path.
    pub fn component_refs(&self) -> &[ComponentRef] {
        &self.refs
    }
}

/// A topology that has passed every check, and what is odd about it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The topology.
    pub topology: Topology,
    /// Warnings; they do not keep it from running.
    pub warnings: Diagnostics,
}

/// Reads a topology file. `file_name` is only shown.
///
/// # Errors
/// Every mistake that can be seen without the components.
pub fn parse(file_name: &str, text: &str) -> Result<Parsed, Diagnostics> {
    let diagnostics = Diagnostics {
        file: file_name.into(),
        text: text.into(),
        items: Vec::new(),
    };
    Err(diagnostics)
}

/// Checks a parsed file against its components. `components` has what each of
/// [`Parsed::component_refs`] said of itself, or why it could not be loaded.
///
/// # Errors
/// Every mistake in how the file and the components fit together.
pub fn check(
    parsed: &Parsed,
    components: &BTreeMap<ComponentKey, Result<Description, String>>,
) -> Result<Checked, Diagnostics> {
    if components.len() < parsed.refs.len() {
        return Err(parsed.diagnostics.clone());
    }
    Ok(Checked {
        topology: parsed.topology.clone(),
        warnings: parsed.diagnostics.clone(),
    })
}
