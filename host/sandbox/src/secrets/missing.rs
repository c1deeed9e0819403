//! Whether the secrets that a topology refers to are there, before anything of it starts.

use std::collections::BTreeMap;
use std::fmt;

use stormcell_topology::{SecretUse, Topology};

use super::{FOLDER, SecretError, Secrets, VARIABLE};

/// No more secrets are told, and of each no more places; what is left out is counted.
const SECRETS: usize = 20;
const PLACES: usize = 5;

/// Secrets that a topology refers to are not there. Says nothing of any text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct MissingSecrets {
    /// The name of the topology.
    pub topology: String,
    /// Which ones, by name.
    pub secrets: Vec<MissingSecret>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSecret {
    /// Its name.
    pub name: String,
    /// Why there is no text for it.
    pub reason: SecretError,
    /// Where the topology refers to it, in the order of its components.
    pub uses: Vec<SecretUse>,
}

impl Secrets {
    /// Whether there is a text for each secret that a topology refers to. Texts are looked
    /// up and forgotten. Blocks: files may be read.
    ///
    /// That says what is there now. Who starts an instance looks again.
    ///
    /// # Errors
    /// All that are not there, each with where the topology refers to it.
    pub fn check(&self, topology: &Topology) -> Result<(), MissingSecrets> {
        let mut uses: BTreeMap<String, Vec<SecretUse>> = BTreeMap::new();
        for found in topology.secret_uses() {
            uses.entry(found.secret.clone()).or_default().push(found);
        }
        let missing = uses.into_iter().filter_map(|(name, uses)| {
            let reason = self.text(&name).err()?;
            Some(MissingSecret { name, reason, uses })
        });
        match missing.collect::<Vec<_>>() {
            none if none.is_empty() => Ok(()),
            secrets => Err(MissingSecrets {
                topology: topology.name().to_owned(),
                secrets,
            }),
        }
    }
}

impl fmt::Display for MissingSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "`{}` lacks secrets that it refers to:", self.topology)?;
        for secret in self.secrets.iter().take(SECRETS) {
            writeln!(f, "  {secret}")?;
        }
        if self.secrets.len() > SECRETS {
            writeln!(f, "  and {} more", self.secrets.len() - SECRETS)?;
        }
        write!(
            f,
            "for each, put a file of its name into the folder that the environment variable \
             {FOLDER} of `stormcell run` or `stormcell serve` names, or start that with the \
             variable {VARIABLE}NAME"
        )
    }
}

impl fmt::Display for MissingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uses = self.uses.iter().take(PLACES);
        let mut places: Vec<String> = uses
            .map(|found| format!("{} of `{}`", found.key, found.component))
            .collect();
        if self.uses.len() > PLACES {
            places.push(format!("and {} more", self.uses.len() - PLACES));
        }
        write!(f, "`{}` ({}): ", self.name, places.join(", "))?;
        match &self.reason {
            SecretError::Missing(_) => f.write_str("it is not set"),
            SecretError::File { path, reason, .. } => {
                write!(f, "it cannot be read from {}: {reason}", path.display())
            }
            SecretError::NotText(name) => {
                write!(f, "the environment variable {VARIABLE}{name} is not UTF-8")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::PathBuf;

    use stormcell_topology::{Description, TextForm, World, check, parse};

    use super::*;

    fn topology() -> Topology {
        let file = "
name: words
spouts:
  - id: first
    component: a.wasm
    grants: { env: { KEY: { secret: KEY }, PLAIN: text, DOOR: { secret: DOOR } } }
  - { id: second, component: a.wasm, grants: { env: { AGAIN: { secret: KEY } } } }
";
        let parsed = parse("t.yaml", file).unwrap();
        let spout = Description {
            world: World::Spout,
            interface_version: "0.1.0".to_owned(),
            summary: String::new(),
            outputs: Vec::new(),
            inputs: Vec::new(),
            config_schema: None,
            text_form: TextForm::Packed,
            capabilities: Vec::new(),
            works_at_ticks: false,
            imports: Vec::new(),
            digest: "sha256:0".to_owned(),
            size: 1,
        };
        let parts = parsed.component_refs().iter();
        let described = parts.map(|part| (part.key.clone(), Ok(spout.clone())));
        check(&parsed, &described.collect()).unwrap().topology
    }

    #[test]
    fn all_that_are_not_there_are_told_with_their_places_at_once() {
        let given = |names: &[&str]| {
            let texts = names
                .iter()
                .map(|&name| (name.to_owned(), "sesame".to_owned()));
            Secrets::given(texts.collect())
        };
        assert_eq!(given(&["KEY", "DOOR"]).check(&topology()), Ok(()));
        let missing = given(&[]).check(&topology()).unwrap_err();
        let message = missing.to_string();
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "`words` lacks secrets that it refers to:",
                "  `DOOR` (grants.env.DOOR of `first`): it is not set",
                "  `KEY` (grants.env.KEY of `first`, grants.env.AGAIN of `second`): it is not set",
            ]
        );
        assert!(lines[3].contains("STORMCELL_SECRET_NAME"), "{message}");
        let one = given(&["KEY"]).check(&topology()).unwrap_err();
        assert_eq!(one.secrets.len(), 1);
        assert!(!one.to_string().contains("sesame"));
    }

    #[test]
    fn a_message_has_so_many_lines_and_no_more() {
        let used = |component: usize| SecretUse {
            secret: "A".to_owned(),
            component: format!("c{component}"),
            key: "config.a".to_owned(),
        };
        let secret = MissingSecret {
            name: "A".to_owned(),
            reason: SecretError::File {
                name: "A".to_owned(),
                path: PathBuf::from("/secrets/A"),
                reason: "Permission denied".to_owned(),
            },
            uses: (0..9).map(used).collect(),
        };
        let many = MissingSecrets {
            topology: "words".to_owned(),
            secrets: vec![secret; 30],
        };
        let message = many.to_string();
        assert_eq!(message.lines().count(), 1 + SECRETS + 2);
        let line = "config.a of `c4`, and 4 more): it cannot be read from /secrets/A: Permission";
        assert!(message.contains(line), "{message}");
        assert!(message.contains("\n  and 10 more\n"), "{message}");
    }
}
