//! Component files by digest, loaded and described.
//!
//! Invariants:
//! - what is given out has the digest that was asked for, whatever is in the file;
//! - a component is loaded once as long as somebody uses it, and described once, for all
//!   processes of a data folder (`descriptions`).

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use stormcell_protocol::DataDir;
use stormcell_sandbox::{Component, DescribeError, LoadError, Sandbox};
use stormcell_topology::Description;

use crate::descriptions;

/// The component files that a worker can run. Can be shared by several workers of
/// one process.
pub struct Library {
    files: Option<Files>,
    known: Mutex<HashMap<String, Known>>,
}

/// Where component files are, and what loads them.
struct Files {
    sandbox: Sandbox,
    data: DataDir,
}

/// A component that was loaded before.
struct Known {
    component: Weak<Component>,
    description: Arc<Description>,
    /// It was put in and cannot be loaded again.
    _kept: Option<Arc<Component>>,
}

/// A component, and what it says of itself.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The component.
    pub component: Arc<Component>,
    /// What it says of itself.
    pub description: Arc<Description>,
}

/// Why a component cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Its file cannot be read, or is none of a component.
    #[error("{0}; upload the component again")]
    Load(#[from] LoadError),
    /// Its file is a component, and another one.
    #[error(
        "the component file {} was changed: its digest is {found}; remove it and upload the \
         component again",
        path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// The digest of what it holds.
        found: String,
    },
    /// It does not say what it is.
    #[error("the component {digest}: {source}")]
    Describe {
        /// Its digest.
        digest: String,
        /// What went wrong.
        source: DescribeError,
    },
    /// There are no files, and it was not put in.
    #[error("the component {0} is not in this library, which has no files")]
    Unknown(String),
}

impl Library {
    /// The component files in a data folder.
    pub fn new(sandbox: Sandbox, data: DataDir) -> Self {
        Self {
            files: Some(Files { sandbox, data }),
            known: Mutex::default(),
        }
    }

    /// These components and no others. Nothing is read, and nothing runs on other
    /// threads: for simulations.
    ///
    /// # Errors
    /// If one cannot describe itself.
    pub async fn of(
        components: impl IntoIterator<Item = Arc<Component>>,
    ) -> Result<Self, LibraryError> {
        let mut known = HashMap::new();
        for component in components {
            let description = Arc::new(describe(&component).await?);
            known.insert(
                component.digest().to_owned(),
                Known {
                    component: Arc::downgrade(&component),
                    description,
                    _kept: Some(component),
                },
            );
        }
        Ok(Self {
            files: None,
            known: Mutex::new(known),
        })
    }

    /// The component with this digest (`sha256:` and 64 hexadecimal digits).
    ///
    /// # Errors
    /// If its file is missing, damaged, or no component for this host.
    pub async fn get(&self, digest: &str) -> Result<Loaded, LibraryError> {
        if let Some(loaded) = self.in_use(digest) {
            return Ok(loaded);
        }
        let Some(files) = &self.files else {
            return Err(LibraryError::Unknown(digest.to_owned()));
        };
        let path = files.data.component(digest);
        let component = files.sandbox.load(&path).await?;
        if component.digest() != digest {
            return Err(LibraryError::Changed {
                path,
                found: component.digest().to_owned(),
            });
        }
        let described = self.described(digest);
        let description = match described {
            Some(description) => description,
            None => {
                let said = descriptions::describe(&files.data, &component).await;
                Arc::new(said.map_err(|source| undescribed(&component, source))?)
            }
        };
        self.known.lock().insert(
            digest.to_owned(),
            Known {
                component: Arc::downgrade(&component),
                description: Arc::clone(&description),
                _kept: None,
            },
        );
        Ok(Loaded {
            component,
            description,
        })
    }

    fn in_use(&self, digest: &str) -> Option<Loaded> {
        let known = self.known.lock();
        let known = known.get(digest)?;
        Some(Loaded {
            component: known.component.upgrade()?,
            description: Arc::clone(&known.description),
        })
    }

    fn described(&self, digest: &str) -> Option<Arc<Description>> {
        let known = self.known.lock();
        Some(Arc::clone(&known.get(digest)?.description))
    }
}

async fn describe(component: &Component) -> Result<Description, LibraryError> {
    let said = component.describe().await;
    said.map_err(|source| undescribed(component, source))
}

fn undescribed(component: &Component, source: DescribeError) -> LibraryError {
    LibraryError::Describe {
        digest: component.digest().to_owned(),
        source,
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("data", &self.files.as_ref().map(|files| files.data.path()))
            .field("known", &self.known.lock().len())
            .finish_non_exhaustive()
    }
}
