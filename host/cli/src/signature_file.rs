//! The signature beside a component file: `split.wasm.sig` beside `split.wasm`.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use stormcell_protocol::api::ComponentSignature;

use crate::failure::Failure;
use crate::status::Status;

/// A signature is shorter than this, in bytes.
const LONGEST: u64 = 4 << 10;

/// Where the signature of a component file is.
pub(crate) fn path(component: &Path) -> PathBuf {
    let mut path = OsString::from(component);
    path.push(".sig");
    path.into()
}

/// The signature of a component file, if it has one.
pub(crate) fn read(component: &Path) -> Result<Option<ComponentSignature>, Failure> {
    let path = path(component);
    let unreadable = |error: io::Error| {
        let message = format!("cannot read the signature {}: {error}", path.display());
        Failure::new(Status::NoInput, message)
    };
    let file = match stormcell_regular_file::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = Vec::new();
    file.take(LONGEST)
        .read_to_end(&mut text)
        .map_err(unreadable)?;
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        let message = format!(
            "{} is not a signature as `stormcell sign` writes it: {error}; sign the component \
             again, or remove it",
            path.display()
        );
        Failure::new(Status::BadData, message)
    })
}
