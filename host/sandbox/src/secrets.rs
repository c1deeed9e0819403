//! Secrets: the texts that stand for `{ secret: NAME }` in a topology file.
//!
//! They are looked up when an instance is made, in the environment of the process that
//! makes it, and are in the memory of that process only. What an instance says (log lines,
//! errors, reasons of failed rows) is shown with the name of a secret in place of its text.

mod missing;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use stormcell_topology::{EnvValue, check_name, resolve_secrets};

pub use missing::{MissingSecret, MissingSecrets};

/// The variable of a secret is this and its name.
const VARIABLE: &str = "STORMCELL_SECRET_";
/// The variable of the folder with a file for each secret.
const FOLDER: &str = "STORMCELL_SECRETS";
/// A file of a secret is not longer than this.
const LONGEST: u64 = 64 << 10;
/// A text that is shorter is not replaced where it is shown: it is part of other words.
const SHORTEST_MASKED: usize = 6;

/// Where secrets are found.
#[derive(Clone, Default)]
pub struct Secrets(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Process,
    Given(Arc<BTreeMap<String, String>>),
}

/// Why there is no text for a secret. Says nothing of any text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nobody has set it.
    #[error(
        "the secret `{0}` is not set: set the environment variable {VARIABLE}{0} of the process \
         that runs the task (`stormcell run` or `stormcell serve`), or put a file `{0}` into the \
         folder that its variable {FOLDER} names"
    )]
    Missing(String),
    /// Its file cannot be read, or is not text.
    #[error("the secret `{name}` cannot be read from {}: {reason}", path.display())]
    File {
        /// Its name.
        name: String,
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Its variable is not text.
    #[error("the secret `{0}` cannot be read: the environment variable {VARIABLE}{0} is not UTF-8")]
    NotText(String),
}

impl Secrets {
    /// Those of this process: the secret `NAME` is the environment variable
    /// `STORMCELL_SECRET_NAME` or, if there is none, the file `NAME` in the folder that the
    /// variable `STORMCELL_SECRETS` names, without the newline at its end.
    #[must_use]
    pub fn of_process() -> Self {
        Self(Source::Process)
    }

    /// These, by name.
    #[must_use]
    pub fn given(texts: BTreeMap<String, String>) -> Self {
        Self(Source::Given(Arc::new(texts)))
    }

    /// The text of a secret.
    ///
    /// # Errors
    /// If it is not set, or cannot be read.
    pub fn text(&self, name: &str) -> Result<String, SecretError> {
        let missing = || SecretError::Missing(name.to_owned());
        // A name may come from anywhere: it is not to lead out of the folder.
        if check_name(name).is_err() {
            return Err(missing());
        }
        match &self.0 {
            Source::Given(texts) => texts.get(name).cloned().ok_or_else(missing),
            Source::Process => match std::env::var(format!("{VARIABLE}{name}")) {
                Ok(text) => Ok(text),
                Err(std::env::VarError::NotUnicode(_)) => {
                    Err(SecretError::NotText(name.to_owned()))
                }
                Err(std::env::VarError::NotPresent) => {
                    let folder = std::env::var_os(FOLDER).ok_or_else(missing)?;
                    from_file(name, &PathBuf::from(folder).join(name))
                }
            },
        }
    }
}

fn from_file(name: &str, path: &std::path::Path) -> Result<String, SecretError> {
    let failed = |reason: String| SecretError::File {
        name: name.to_owned(),
        path: path.to_owned(),
        reason,
    };
    let file = match stormcell_regular_file::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SecretError::Missing(name.to_owned()));
        }
        file => file.map_err(|error| failed(error.to_string()))?,
    };
    let mut text = String::new();
    let read = file.take(LONGEST + 1).read_to_string(&mut text);
    if read.map_err(|error| failed(error.to_string()))? as u64 > LONGEST {
        return Err(failed(format!("it is longer than {} KiB", LONGEST >> 10)));
    }
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

/// What an instance is given in place of references to secrets.
pub(crate) struct Resolved {
    pub(crate) config: Value,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) masks: Masks,
}

/// Looks up the secrets of an instance.
///
/// # Errors
/// Which one is not there.
pub(crate) fn resolve(
    secrets: &Secrets,
    config: &Value,
    env: &BTreeMap<String, EnvValue>,
) -> Result<Resolved, SecretError> {
    let mut used = BTreeMap::new();
    let mut text = |name: &str| {
        let text = secrets.text(name)?;
        used.insert(name.to_owned(), text.clone());
        Ok(text)
    };
    let config = resolve_secrets(config, &mut text)?;
    let env = env.iter().map(|(variable, value)| {
        let value = match value {
            EnvValue::Text(text) => text.clone(),
            EnvValue::Secret(reference) => text(&reference.secret)?,
        };
        Ok((variable.clone(), value))
    });
    let env = env.collect::<Result<_, SecretError>>()?;
    Ok(Resolved {
        config,
        env,
        masks: Masks::new(used),
    })
}

/// What is not to be shown, and what is shown in its place.
#[derive(Clone, Default)]
pub(crate) struct Masks(Arc<[(String, String)]>);

impl Masks {
    fn new(used: BTreeMap<String, String>) -> Self {
        let mut masks = Vec::new();
        for (name, text) in used {
            // In a JSON text, such as that of the configuration, it may look different.
            let quoted = Value::String(text.clone()).to_string();
            let inside = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            let quoted = inside.unwrap_or_default().to_owned();
            for shown in [text, quoted] {
                if shown.len() >= SHORTEST_MASKED {
                    masks.push((shown, format!("[secret {name}]")));
                }
            }
        }
        // One may be a part of another.
        masks.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        masks.dedup();
        Self(masks.into())
    }

    /// Whether everything may be shown.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of the longest text that is not to be shown.
    pub(crate) fn longest(&self) -> usize {
        self.0.first().map_or(0, |(secret, _)| secret.len())
    }

    /// Where the part of a text begins that may be shown, if the beginning of the text was cut
    /// off: behind the rest of a secret with which the text may begin, and not within another one.
    pub(crate) fn after_a_cut(&self, text: &str) -> usize {
        let mut from = text.ceil_char_boundary(self.longest().saturating_sub(1).min(text.len()));
        while let Some(end) = self.end_of_one_across(text, from) {
            from = end;
        }
        from
    }

    /// The end of a secret that begins before `at` and ends behind it.
    fn end_of_one_across(&self, text: &str, at: usize) -> Option<usize> {
        let ends = self.0.iter().flat_map(|(secret, _)| {
            let first = at.saturating_sub(secret.len().saturating_sub(1));
            let begins = (first..at).filter(move |begin| {
                let rest = text.get(*begin..);
                rest.is_some_and(|rest| rest.starts_with(secret.as_str()))
            });
            begins.map(move |begin| begin + secret.len())
        });
        ends.max()
    }

    /// A text that may be shown.
    pub(crate) fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for (secret, name) in self.0.iter() {
            if shown.contains(secret.as_str()) {
                shown = Cow::Owned(shown.replace(secret.as_str(), name));
            }
        }
        shown
    }

    /// The same in place.
    pub(crate) fn mask(&self, text: &mut String) {
        if let Cow::Owned(shown) = self.apply(text) {
            *text = shown;
        }
    }
}

/// The masks of one secret, which has the name `A`.
#[cfg(test)]
pub(crate) fn masks_of(secret: &str) -> Masks {
    Masks::new([("A".to_owned(), secret.to_owned())].into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn given(secrets: &[(&str, &str)]) -> Secrets {
        let pairs = secrets
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Secrets::given(pairs.collect())
    }

    #[test]
    fn references_become_texts_and_texts_become_names() {
        let secrets = given(&[("A", "open \"sesame\""), ("B", "short")]);
        let config = json!({"password": {"secret": "A"}, "pin": {"secret": "B"}});
        let resolved = resolve(&secrets, &config, &BTreeMap::new()).unwrap();
        assert_eq!(
            resolved.config,
            json!({"password": "open \"sesame\"", "pin": "short"})
        );
        let said = format!("{} and open \"sesame\"!", resolved.config);
        assert_eq!(
            resolved.masks.apply(&said),
            "{\"password\":\"[secret A]\",\"pin\":\"short\"} and [secret A]!"
        );
    }

    #[test]
    fn what_is_not_set_is_named_and_a_path_is_no_name() {
        let secrets = given(&[("../A", "x")]);
        for name in ["A", "../A", ""] {
            let error = secrets.text(name).unwrap_err();
            assert_eq!(error, SecretError::Missing(name.to_owned()));
        }
    }

    #[test]
    fn a_file_of_a_secret_loses_the_newline_at_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("A");
        assert_eq!(
            from_file("A", &path),
            Err(SecretError::Missing("A".to_owned()))
        );
        std::fs::write(&path, "open sesame\n").unwrap();
        assert_eq!(from_file("A", &path).unwrap(), "open sesame");
        #[cfg(unix)]
        {
            let fifo = dir.path().join("B");
            let mode = rustix::fs::Mode::from_raw_mode(0o600);
            rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, mode).unwrap();
            let error = from_file("B", &fifo).unwrap_err().to_string();
            assert!(error.contains("it is a FIFO"), "{error}");
        }
        std::fs::write(&path, vec![b'x'; LONGEST as usize + 1]).unwrap();
        let error = from_file("A", &path).unwrap_err().to_string();
        assert!(error.contains("longer than 64 KiB") && !error.contains("xx"));
    }
}
