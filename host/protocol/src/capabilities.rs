//! What components ask for beyond their own memory, as clients are told.

use std::fmt;

use serde::{Deserialize, Serialize};
use stormcell_topology::capabilities::{Asked, Difference, Given};
use utoipa::ToSchema;

/// Something that a component asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedFor {
    /// A word for it, as `allow` of a deployment has it: `files`, `http`, `sockets`.
    pub name: String,
    /// The same for people.
    pub words: String,
    /// The key under `grants` that says what it gets of it; null: there is none.
    pub grant: Option<String>,
    /// The interfaces that it imports for it.
    pub interfaces: Vec<String>,
    /// Whether it says itself that it cannot do without.
    pub declared: bool,
}

impl From<Asked> for AskedFor {
    fn from(asked: Asked) -> Self {
        Self {
            name: asked.name.to_owned(),
            words: asked.words.to_owned(),
            grant: match asked.given {
                Given::Grant(key) => Some(key.to_owned()),
                Given::Always | Given::Never | Given::Unknown => None,
            },
            interfaces: asked.interfaces,
            declared: asked.declared,
        }
    }
}

impl fmt::Display for AskedFor {
    /// `http: calls HTTP servers, granted ones only (grants.http)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.words)?;
        match &self.grant {
            Some(key) => write!(f, " (grants.{key})"),
            None => Ok(()),
        }
    }
}

/// How what a component asks for differs from what it asked for before a deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CapabilityChange {
    /// What is new, or newly said to be needed.
    #[serde(default)]
    pub more: Vec<AskedFor>,
    /// What it does not ask for any more.
    #[serde(default)]
    pub less: Vec<AskedFor>,
}

impl CapabilityChange {
    /// Allows everything, among the words of `allow` of a deployment.
    pub const ALL: &str = "all";

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.more.is_empty() && self.less.is_empty()
    }

    /// The words of what is new and not among those that are allowed.
    pub fn not_allowed<'a>(&'a self, allow: &[String]) -> Vec<&'a str> {
        let names = self.more.iter().map(|asked| asked.name.as_str());
        let is_refused = |name: &&str| !allow.iter().any(|word| word == name || word == Self::ALL);
        names.filter(is_refused).collect()
    }
}

impl From<Difference> for CapabilityChange {
    fn from(difference: Difference) -> Self {
        Self {
            more: difference.more.into_iter().map(AskedFor::from).collect(),
            less: difference.less.into_iter().map(AskedFor::from).collect(),
        }
    }
}

impl fmt::Display for CapabilityChange {
    /// A line for each, `+` or `-` before it; nothing if there is no difference.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.more.iter().map(|asked| ('+', asked));
        let less = self.less.iter().map(|asked| ('-', asked));
        for (at, (sign, asked)) in more.chain(less).enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}  {sign} {asked}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, grant: Option<&str>) -> AskedFor {
        AskedFor {
            name: name.to_owned(),
            words: format!("does {name}"),
            grant: grant.map(str::to_owned),
            interfaces: Vec::new(),
            declared: false,
        }
    }

    fn change() -> CapabilityChange {
        CapabilityChange {
            more: vec![asked("http", Some("http")), asked("sockets", None)],
            less: vec![asked("clock", Some("clock"))],
        }
    }

    #[test]
    fn each_has_a_line() {
        let lines = "  + http: does http (grants.http)\n  + sockets: does sockets\n  - clock: does \
                     clock (grants.clock)";
        assert_eq!(change().to_string(), lines);
        assert_eq!(CapabilityChange::default().to_string(), "");
    }

    #[test]
    fn what_is_new_must_be_allowed_by_its_word() {
        let allow = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            let change = change();
            let refused = change.not_allowed(&words);
            refused.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(allow(&[]), ["http", "sockets"]);
        assert_eq!(allow(&["http", "files"]), ["sockets"]);
        assert!(allow(&["sockets", "http"]).is_empty());
        assert!(allow(&["all"]).is_empty());
    }
}
