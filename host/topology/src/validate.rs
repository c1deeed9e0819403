//! The file by itself: from text to [`Parsed`].

mod components;
mod flux;
mod foreign;
mod grants;
mod settings;
mod shape;
mod streams;
mod written;

use std::sync::Arc;

use crate::description::World;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::file::TopologyFile;
use crate::model::ComponentKind;
use crate::source::{Document, Pointer};

pub use components::{MAX_SPOUT_TASKS, MAX_TASKS};
pub use settings::TIMES;
pub(crate) use streams::place as stream_place;

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
    /// Where the path is in the file.
    pub(crate) at: Pointer,
}

/// A topology file that is in order by itself.
#[derive(Debug, Clone)]
pub struct Parsed {
    refs: Vec<ComponentRef>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) file: Arc<TopologyFile>,
    pub(crate) document: Arc<Document>,
}

impl Parsed {
    /// The name of the topology.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// The component files it needs: of the spouts, the bolts, the groupings,
    /// each in the order of the file. Several may name the same path.
    pub fn component_refs(&self) -> &[ComponentRef] {
        &self.refs
    }

    /// What is odd about the file by itself. [`crate::check`] tells of it again.
    pub fn warnings(&self) -> Diagnostics {
        self.document.diagnostics(self.warnings.clone())
    }

    /// How many tasks its spouts and bolts have together.
    pub fn tasks(&self) -> u32 {
        self.file.tasks()
    }
}

/// Reads a topology file and checks what can be checked without its components.
/// `file_name` is only shown.
///
/// # Errors
/// Every mistake that was found, and the warnings.
pub fn parse(file_name: &str, text: &str) -> Result<Parsed, Diagnostics> {
    let mut document = Document::read(file_name, text)?;
    flux::normalise(&mut document);
    let mut found = Vec::new();
    let file = shape::check(&mut document, &mut found);
    if let Some(file) = &file {
        components::check(&document, file, &mut found);
        settings::check(&document, file, &mut found);
        grants::check(&document, file, &mut found);
        streams::check(&document, file, &mut found);
        foreign::check(&document, file, &mut found);
    }
    written::check(&document, &mut found);
    let errors = found.iter().any(|item| item.severity() == Severity::Error);
    match file {
        Some(file) if !errors => Ok(Parsed {
            refs: component_refs(&file),
            warnings: found,
            file: Arc::new(file),
            document: Arc::new(document),
        }),
        _ => Err(document.diagnostics(found)),
    }
}

fn component_refs(file: &TopologyFile) -> Vec<ComponentRef> {
    let components = file.entries().map(|entry| ComponentRef {
        key: ComponentKey::Component(entry.id.to_owned()),
        path: entry.component.to_owned(),
        world: match entry.kind {
            ComponentKind::Spout => World::Spout,
            ComponentKind::Bolt => World::Bolt,
        },
        at: entry.at.key("component"),
    });
    let groupings = file.streams.iter().enumerate().filter_map(|(i, stream)| {
        Some(ComponentRef {
            key: ComponentKey::Grouping(i),
            path: stream.grouping.component.clone()?,
            world: World::CustomGrouping,
            at: stream_place(i).key("grouping").key("component"),
        })
    });
    components.chain(groupings).collect()
}
