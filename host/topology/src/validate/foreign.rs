//! Settings of Storm in the configuration of a component: only the component is told of them.

use crate::diagnostic::{Code, Diagnostic, quoted};
use crate::file::TopologyFile;
use crate::foreign::advice_in_config;
use crate::source::Document;

pub(super) fn check(document: &Document, file: &TopologyFile, found: &mut Vec<Diagnostic>) {
    for entry in file.entries() {
        let config = entry.at.key("config");
        for (key, value) in entry.config {
            let Some(advice) = advice_in_config(key, value) else {
                continue;
            };
            let message = format!(
                "{} does nothing here: only the component is told of it",
                quoted(key)
            );
            let span = document.key_span(&config.key(key));
            found.push(Diagnostic::new(Code::KeyOfStorm, span, message).help(advice));
        }
    }
}
