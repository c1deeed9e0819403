//! The languages, and the conformance components in each.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use stormcell_sandbox::Component;
use stormcell_topology::Description;

use super::wait::wait;
use crate::support;

/// A language that there is an SDK for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Python,
    JavaScript,
}

impl Language {
    /// The folder of its components, and the start of the names of their tests.
    fn folder(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "javascript",
        }
    }

    /// The file of the bolt, as a traceback names it; nothing in a language whose
    /// errors have no traceback.
    pub(super) fn bolt_file(self) -> &'static str {
        match self {
            Self::Rust => "",
            Self::Python => "conformance_bolt.py",
            Self::JavaScript => "bolt.js",
        }
    }

    /// The components, built and loaded by the first test that wants them.
    pub(super) fn components(self) -> &'static Components {
        static LOADED: [OnceLock<Result<Components, String>>; 3] = [const { OnceLock::new() }; 3];
        match LOADED[self as usize].get_or_init(|| Components::load(self)) {
            Ok(components) => components,
            Err(error) => panic!("{self}: {error}"),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.folder())
    }
}

/// The conformance components of one language.
pub(super) struct Components {
    pub(super) bolt: Loaded,
    pub(super) spout: Loaded,
    pub(super) grouping: Loaded,
}

/// A component and what it says of itself.
pub(super) struct Loaded {
    pub(super) component: Arc<Component>,
    pub(super) description: Description,
}

impl Components {
    fn load(language: Language) -> Result<Self, String> {
        let folder = Path::new("tests/conformance").join(language.folder());
        let sources = ["bolt", "spout", "grouping"].map(|name| folder.join(name));
        let files = support::build(&sources).map_err(|error| error.to_string())?;
        let mut loaded = files.iter().map(|file| Loaded::load(file));
        let mut next = || loaded.next().unwrap_or(Err("it was not built".to_owned()));
        Ok(Self {
            bolt: next()?,
            spout: next()?,
            grouping: next()?,
        })
    }
}

/// The bolt of `tests/conformance/javascript/odd`, built and loaded by the first test that
/// wants it.
pub(super) fn odd_bolt() -> &'static Loaded {
    static LOADED: OnceLock<Result<Loaded, String>> = OnceLock::new();
    let load = || {
        let source = Path::new("tests/conformance/javascript/odd");
        let files = support::build(&[source]).map_err(|error| error.to_string())?;
        let file = files.first().ok_or("it was not built")?;
        Loaded::load(file)
    };
    match LOADED.get_or_init(load) {
        Ok(loaded) => loaded,
        Err(error) => panic!("odd: {error}"),
    }
}

impl Loaded {
    pub(super) fn load(file: &Path) -> Result<Self, String> {
        let component = wait(support::sandbox().load(file)).map_err(|error| error.to_string())?;
        let description = wait(component.describe()).map_err(|error| error.to_string())?;
        Ok(Self {
            component,
            description,
        })
    }
}
