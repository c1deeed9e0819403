//! From a source folder to a component: which language it is in, the tools that
//! needs, the build, and whether anything has to be done at all.
//!
//! A caller makes a [`BuildEnv`], which says where everything is kept, and hands
//! source folders to a [`Builder`]. A language is one file here that implements
//! [`Toolchain`]; everything else (locks, digests, what runs at once, where the
//! component ends up) is the same for all of them.
//!
//! Invariants:
//! - everything that is written lies in one project-local folder, `.stormcell`;
//!   nothing is installed elsewhere and nothing is fetched silently;
//! - the interface package and the SDKs come out of the program itself, so an
//!   installed binary works without this repository;
//! - a component file is complete or absent: it appears by a rename;
//! - two builds at once, in one process or several, wait for each other where
//!   they would touch the same files;
//! - a build changes nothing but its own output: what a stranger's code could write to
//!   is a copy that is thrown away, and what is run is compared with what it was when it
//!   was put there;
//! - a program of a build sees no more of the environment than its tool needs;
//! - a missing program is named together with the line that installs it.
#![deny(unsafe_code)]

mod builder;
mod cancel;
mod component;
mod descriptors;
mod digest;
mod embedded;
mod env;
mod environment;
mod error;
mod javascript;
mod language;
mod lock;
mod moment;
mod place;
mod process;
mod progress;
mod python;
mod record;
mod rust;
mod shared;
mod sources;
mod state_dir;
#[cfg(test)]
mod testing;
mod toolchain;
mod upkeep;
mod venv;

pub use builder::{Builder, Built};
pub use cancel::Cancel;
pub use env::BuildEnv;
pub use environment::{ADDED as BUILD_ENV, Settings};
pub use error::BuildError;
pub use language::Language;
pub use process::{Invocation, Tool, command_line};
pub use progress::{Outcome, Phase, Progress, Silent, Step};
pub use state_dir::state_dir;
pub use toolchain::{Inputs, Output, Toolchain, all_toolchains};
pub use upkeep::{Removed, removable, remove, size_of};
pub use venv::{Venv, system_python};
