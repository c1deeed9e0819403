//! Handing over component files, with progress.

use std::collections::BTreeMap;

use indicatif::{ProgressBar, ProgressStyle};

use crate::client::{Client, Sent};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::prepare::ComponentFile;
use crate::signature_file;

/// Uploads signatures, and those files that the supervisor does not have, each once.
pub(crate) async fn upload<'a>(
    client: &Client,
    files: impl IntoIterator<Item = &'a ComponentFile>,
    console: &Console,
) -> Result<(), Failure> {
    let files: BTreeMap<&str, &ComponentFile> = files
        .into_iter()
        .map(|file| (file.digest.as_str(), file))
        .collect();
    for (digest, file) in files {
        if let Some(signature) = signature_file::read(&file.path)? {
            let signed = client.put_signature(digest, &signature).await?;
            if signed.signer.is_none() && !console.quiet {
                console.warning(&format!(
                    "{} is signed by {}, a key that the supervisor does not trust",
                    file.name, signature.key
                ));
            }
        }
        if client.has_component(digest).await? {
            continue;
        }
        let bar = bar(file, console);
        let sent: Sent = Box::new({
            let bar = bar.clone();
            move |bytes| {
                if let Some(bar) = &bar {
                    bar.inc(bytes);
                }
            }
        });
        let result = client.upload(digest, &file.path, sent).await;
        if let Some(bar) = bar {
            bar.finish_and_clear();
            console.progress.remove(&bar);
        }
        result?;
        if !console.quiet {
            let size = format::size(file.size);
            console.say(&format!("uploaded {} ({size})", file.name));
        }
    }
    Ok(())
}

/// On a terminal, a bar that grows with what was sent.
fn bar(file: &ComponentFile, console: &Console) -> Option<ProgressBar> {
    if console.quiet || !console.interactive {
        return None;
    }
    let bar = console.progress.add(ProgressBar::new(file.size));
    let template = "uploading {prefix} {bar:30} {bytes}/{total_bytes}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(file.name.clone());
    Some(bar)
}
