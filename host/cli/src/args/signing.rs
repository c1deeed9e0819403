//! Arguments of the commands that sign components.

use std::path::PathBuf;

use clap::Args;
use clap::builder::ValueHint;

use super::building::Building;
use super::component_limits::ComponentLimits;

/// Make a key to sign components with
///
/// Writes two files: NAME.key, which signs and which nobody else may have, and
/// NAME.pub, which supervisors are given (`serve --trusted-key`). They are PEM files
/// with an Ed25519 key, as OpenSSL makes them, too.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell keygen release
  stormcell keygen ~/keys/release
  openssl genpkey -algorithm ed25519 -out release.key     the same with OpenSSL
  openssl pkey -in release.key -pubout -out release.pub")]
pub(crate) struct KeygenArgs {
    /// What the files are called before `.key` and `.pub`
    #[arg(value_name = "NAME", value_hint = ValueHint::FilePath)]
    pub(crate) name: PathBuf,
}

/// Sign components
///
/// Writes a signature beside each component file: split.wasm.sig beside split.wasm.
/// Source folders are built first. `submit` and `deploy` hand signatures over with
/// the files.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell sign --key release.key split.wasm count.wasm
  stormcell sign --key release.key bolts/split
  stormcell serve --trusted-key release.pub --require-signatures")]
pub(crate) struct SignArgs {
    /// The private key (PEM)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: PathBuf,
    /// Component files and source folders
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) building: Building,
    #[command(flatten)]
    pub(crate) component_limits: ComponentLimits,
}
