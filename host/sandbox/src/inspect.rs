//! What a file is, before it is compiled: a component, of which world, with which
//! imports.

use stormcell_topology::World;
use stormcell_topology::plain_text::{self, Sentence};
use wasmparser::{ComponentExternName, Encoding, Parser, Payload};

use crate::debug_info::lookup::is_debug_info;
use crate::note::{self, Note};

/// The package that all interfaces of stormcell are in.
const PACKAGE: &str = "stormcell:topology";

/// The versions of the package that this host speaks.
pub(crate) const VERSIONS: &[&str] = &["0.1.0"];

/// The interfaces of which a component exports one, and the world that it makes it.
const TASKS: [(&str, World); 3] = [
    ("bolt-task", World::Bolt),
    ("spout-task", World::Spout),
    ("grouping-task", World::CustomGrouping),
];

/// What the outside of a component says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inspection {
    pub(crate) world: World,
    /// One of [`VERSIONS`].
    pub(crate) version: &'static str,
    /// The full names of its imports, sorted.
    pub(crate) imports: Vec<String>,
    /// Whether a part of it has debug information. Nobody has looked at it.
    pub(crate) debug_info: bool,
    /// What its builder has noted.
    pub(crate) note: Note,
}

/// Why a file is not a component that this host can run. Messages for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    NotAComponent(String),
    Invalid(String),
    World(String),
    Version(String),
    /// More of something than any honest component has.
    Limit {
        limit: &'static str,
        allowed: usize,
        found: String,
    },
}

/// Components and modules in each other: composed ones have a handful of levels.
const NESTING: usize = 32;

/// Imports and exports of a component: those of all of WASI are about a hundred.
const NAMES: usize = 1_000;

/// Bytes of the name of an import or export: those of WASI have up to 50.
const NAME: usize = 1_000;

/// Exports that are told if none of them makes it a component of ours.
const TOLD: usize = 10;

/// Says what a file is.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Inspection, Unfit> {
    if let Some(found) = not_a_component(bytes) {
        return Err(Unfit::NotAComponent(found));
    }
    let Outside {
        imports,
        exports,
        debug_info,
        note,
    } = outside(bytes)?;
    let (world, version) = world(&exports)?;
    Ok(Inspection {
        world,
        version,
        imports,
        debug_info,
        note: note.unwrap_or_default(),
    })
}

/// What the first bytes say, if it is anything but a component.
fn not_a_component(bytes: &[u8]) -> Option<String> {
    const BUILD: &str = "build it for the target wasm32-wasip2, or with `stormcell build`";
    let text = String::from_utf8_lossy(bytes.get(..64).unwrap_or(bytes));
    let text = text.trim_start();
    Some(match bytes {
        [] => "the file is empty".to_owned(),
        [b'\0', b'a', b's', b'm', rest @ ..] => match rest {
            [1, 0, 0, 0, ..] => {
                format!("a core WebAssembly module, not a component: {BUILD}")
            }
            [_, _, 1, 0, ..] => return None,
            [_, _, _, _, ..] => "WebAssembly of a version that this host does not know".to_owned(),
            _ => "the file is cut off: only part of the WebAssembly header is there".to_owned(),
        },
        [0x7f, b'E', b'L', b'F', ..] => {
            "native code (a .cwasm or a program), which the host never takes from others: \
             give it the WebAssembly component it was made from"
                .to_owned()
        }
        _ if text.starts_with("(component") || text.starts_with("(module") => {
            "WebAssembly as text: convert it with `wasm-tools parse`".to_owned()
        }
        _ => format!(
            "not a WebAssembly file: it begins with {:02x?}, expected [00, 61, 73, 6d]",
            bytes.get(..4).unwrap_or(bytes)
        ),
    })
}

/// What is found without looking into any part.
#[derive(Default)]
struct Outside {
    /// The names of its own imports, sorted.
    imports: Vec<String>,
    /// The names of its own exports.
    exports: Vec<String>,
    debug_info: bool,
    note: Option<Note>,
}

fn outside(bytes: &[u8]) -> Result<Outside, Unfit> {
    let invalid = |error: wasmparser::BinaryReaderError| {
        // It may name parts of the file.
        let message = Sentence::from(error.message());
        Unfit::Invalid(match bytes.len() {
            len if error.offset() >= len as u64 => {
                format!("the file is cut off after {len} bytes: {message}")
            }
            _ => format!("{message} (at byte {})", error.offset()),
        })
    };
    let mut depth = 0_usize;
    let mut found = Outside::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(invalid)? {
            Payload::Version { encoding, .. } => {
                if depth == 0 && encoding != Encoding::Component {
                    return Err(Unfit::Invalid("it is not a component".to_owned()));
                }
                depth += 1;
                if depth > NESTING {
                    return Err(Unfit::Limit {
                        limit: "component-nesting",
                        allowed: NESTING,
                        found: "components are nested deeper than that".to_owned(),
                    });
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                within_names(found.imports.len() + section.count() as usize)?;
                for import in section {
                    found.imports.push(shown(&import.map_err(invalid)?.name)?);
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                within_names(found.exports.len() + section.count() as usize)?;
                for export in section {
                    found.exports.push(shown(&export.map_err(invalid)?.name)?);
                }
            }
            Payload::CustomSection(section) => {
                found.debug_info |= is_debug_info(section.name());
                if depth == 1 && found.note.is_none() && section.name() == note::SECTION {
                    found.note = Some(Note::read(section.data()));
                }
            }
            _ => {}
        }
    }
    found.imports.sort_unstable();
    Ok(found)
}

/// The full name of an import or export, which nobody has validated yet.
fn shown(name: &ComponentExternName<'_>) -> Result<String, Unfit> {
    let name = name.full_name();
    if name.len() <= NAME {
        return Ok(plain_text::line(&name).into_owned());
    }
    Err(Unfit::Limit {
        limit: "component-names",
        allowed: NAMES,
        found: format!(
            "an import or export has a name of {} bytes, it may have {NAME}",
            name.len()
        ),
    })
}

/// Refuses a component with so many imports, or exports.
fn within_names(found: usize) -> Result<(), Unfit> {
    if found <= NAMES {
        return Ok(());
    }
    Err(Unfit::Limit {
        limit: "component-names",
        allowed: NAMES,
        found: format!("it has {found} imports or exports"),
    })
}

/// Which world a component with these exports is of.
fn world(exports: &[String]) -> Result<(World, &'static str), Unfit> {
    let expected = || {
        let names: Vec<_> = TASKS
            .iter()
            .flat_map(|(task, _)| {
                VERSIONS
                    .iter()
                    .map(move |v| format!("{PACKAGE}/{task}@{v}"))
            })
            .collect();
        format!("expected one of {}", names.join(", "))
    };
    let mut found: Vec<(&str, World, &'static str)> = Vec::new();
    let mut other: Vec<(&str, &str)> = Vec::new();
    for export in exports {
        let Some((task, version)) = export
            .strip_prefix(PACKAGE)
            .and_then(|rest| rest.strip_prefix('/'))
            .map(|rest| rest.split_once('@').unwrap_or((rest, "")))
        else {
            continue;
        };
        let Some((_, world)) = TASKS.iter().find(|(name, _)| *name == task) else {
            continue;
        };
        match VERSIONS.iter().find(|known| **known == version) {
            Some(known) => found.push((task, *world, known)),
            None => other.push((task, version)),
        }
    }
    match (found.as_slice(), other.as_slice()) {
        ([(_, world, version)], _) => Ok((*world, version)),
        ([], [(task, version), ..]) => Err(Unfit::Version(format!(
            "built for {PACKAGE}@{version} ({task}), this host speaks {}: build it again with \
             the SDK that belongs to this host, or run it with the host it was built for",
            VERSIONS.join(", ")
        ))),
        ([], []) if exports.is_empty() => {
            Err(Unfit::World(format!("it exports nothing; {}", expected())))
        }
        ([], []) => {
            let told: Vec<_> = exports.iter().take(TOLD).map(String::as_str).collect();
            Err(Unfit::World(format!(
                "it exports {}{}; {}",
                Sentence::from(told.join(", ")),
                match exports.len().saturating_sub(TOLD) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                },
                expected()
            )))
        }
        (several, _) => {
            let tasks: Vec<_> = several.iter().map(|(task, ..)| *task).collect();
            Err(Unfit::World(format!(
                "it exports {}; a component is only one of them, so that it is clear what it \
                 is where a topology names it",
                tasks.join(" and ")
            )))
        }
    }
}

#[cfg(test)]
mod tests;
