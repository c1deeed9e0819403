//! `stormcell sign`: signatures beside component files.

use std::path::Path;

use serde_json::json;
use stormcell_private_files::{self as private_files, Exposed};
use stormcell_protocol::api::ComponentSignature;
use stormcell_signatures::PrivateKey;

use crate::args::SignArgs;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::CommandOutput;
use crate::prepare::{self, ComponentFile};
use crate::signature_file;
use crate::status::Status;

/// A file with a key is not longer than this, in bytes.
const KEY_FILE: u64 = 64 << 10;

/// Builds what is a source folder, and signs all of them.
pub(crate) async fn run(
    args: &SignArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let key = key(&args.key)?;
    let mut files = Vec::new();
    let limits = &args.component_limits;
    for path in &args.paths {
        let file = prepare::prepare_one(path, args.building, limits, console, &interrupt);
        files.push(file.await?);
    }
    let mut text = String::new();
    let mut signed = Vec::new();
    for file in &files {
        let signature = sign(&key, file)?;
        let path = signature_file::path(&file.path);
        write(&path, &signature)?;
        text.push_str(&format!(
            "{} signs {}: {}\n",
            signature.key,
            file.name,
            path.display()
        ));
        signed.push(json!({
            "component": file.path,
            "digest": file.digest,
            "key": signature.key,
            "signature": path,
        }));
    }
    Ok(CommandOutput::ok(text, json!({ "signed": signed })))
}

fn key(path: &Path) -> Result<PrivateKey, Failure> {
    let text = stormcell_regular_file::read_to_string(path, KEY_FILE).map_err(|error| {
        let message = format!("cannot read the key {}: {error}", path.display());
        Failure::new(Status::NoInput, message)
    })?;
    let key = PrivateKey::from_pem(&text)
        .map_err(|error| Failure::new(Status::BadData, format!("{}: {error}", path.display())))?;
    match private_files::secret(path) {
        Err(error) if Exposed::is_secret(&error) => Err(Failure::new(
            Status::NoPermission,
            format!("this key is not a secret: {error}"),
        )),
        _ => Ok(key),
    }
}

fn sign(key: &PrivateKey, file: &ComponentFile) -> Result<ComponentSignature, Failure> {
    let digest = stormcell_signatures::digest(&file.digest).ok_or_else(|| {
        let message = format!("{} has no digest: {}", file.name, file.digest);
        Failure::new(Status::Internal, message)
    })?;
    let signature = key.sign(&digest);
    Ok(ComponentSignature {
        key: signature.key.to_string(),
        signature: signature.signature,
    })
}

fn write(path: &Path, signature: &ComponentSignature) -> Result<(), Failure> {
    let written = serde_json::to_string(signature)
        .map_err(std::io::Error::other)
        .and_then(|text| std::fs::write(path, text + "\n"));
    written.map_err(|error| {
        let message = format!("cannot write the signature {}: {error}", path.display());
        Failure::new(Status::Internal, message)
    })
}
