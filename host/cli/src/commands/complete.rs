//! `stormcell complete`: what only a supervisor or a store of dead letters knows, for
//! completion scripts.
//!
//! What stands where is read off the same description that arguments are parsed by.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, CommandFactory as _};
use serde_json::Value;

use super::dead_letter::Letters;
use crate::args::{Cli, CompleteArgs, LettersAt, ServerArgs};
use crate::client::{Client, ClientError, Endpoint};
use crate::console::Console;
use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::status::Status;

/// How long a supervisor may take: somebody waits with a finger on the key.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How many dead letters are offered, the newest: nobody looks through more.
const LETTERS: usize = 50;

/// What belongs at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    /// The name of a topology.
    Topology,
    /// A component of this topology, and what comes after it.
    Component(String, &'static str),
    /// The name of a topology that has dead letters.
    LettersOf,
    /// The number of a dead letter of this topology.
    Letter(String),
}

/// What was typed before the cursor.
#[derive(Debug, Default)]
struct Typed {
    server: ServerArgs,
    /// Whose dead letters are meant, if it is about them.
    letters: Option<LettersAt>,
    /// Where everything is kept, if that was said.
    state_dir: Option<PathBuf>,
    wanted: Option<Wanted>,
    /// What was typed of the word at the cursor.
    begun: String,
}

/// Prints a candidate a line. Without a supervisor there are none, and no message: it
/// would be in the way of what is being typed.
pub(crate) async fn run(args: &CompleteArgs, console: &Console) -> Result<CommandOutput, Failure> {
    let words = args
        .words
        .iter()
        .map(|word| word.to_string_lossy().into_owned());
    let typed = typed(&joined(words));
    let Some(wanted) = typed.wanted else {
        return Ok(CommandOutput::printed(Status::Failed));
    };
    let console = Console {
        state_dir: typed.state_dir.clone().or(console.state_dir.clone()),
        ..console.clone()
    };
    let found = async {
        match &typed.letters {
            Some(at) => letters(&Letters::soon(at, &console, PATIENCE)?, &wanted).await,
            None => {
                let client = Client::at(Endpoint::of(&typed.server)?, PATIENCE);
                Ok(candidates(&client, &wanted).await?)
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, found).await;
    let found: Vec<String> = found.ok().and_then(Result::ok).unwrap_or_default();
    let mut text = String::new();
    for candidate in found.iter().filter(|name| name.starts_with(&typed.begun)) {
        text.push_str(candidate);
        text.push('\n');
    }
    Ok(CommandOutput::ok(text, Value::from(found)))
}

async fn candidates(client: &Client, wanted: &Wanted) -> Result<Vec<String>, ClientError> {
    match wanted {
        Wanted::Topology => {
            let topologies = client.list().await?;
            Ok(topologies
                .into_iter()
                .map(|topology| topology.name)
                .collect())
        }
        Wanted::Component(topology, after) => {
            let tasks = client.show(topology).await?.tasks;
            let mut components: Vec<_> = tasks
                .into_iter()
                .map(|task| task.component + after)
                .collect();
            components.sort();
            components.dedup();
            Ok(components)
        }
        Wanted::LettersOf | Wanted::Letter(_) => Ok(Vec::new()),
    }
}

async fn letters(letters: &Letters, wanted: &Wanted) -> Result<Vec<String>, Failure> {
    match wanted {
        Wanted::LettersOf => letters.topologies().await,
        Wanted::Letter(topology) => {
            let newest = letters.newest(topology, LETTERS).await?.newest;
            Ok(newest.iter().map(|letter| letter.id.to_string()).collect())
        }
        Wanted::Topology | Wanted::Component(..) => Ok(Vec::new()),
    }
}

/// Words that bash parted at `=` and `:`, put together again.
fn joined(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut glue = false;
    for word in words {
        let parts = word == "=" || word == ":" || word == "://";
        match all.last_mut() {
            Some(last) if parts || glue => last.push_str(&word),
            _ => all.push(word),
        }
        glue = parts;
    }
    all
}

/// Reads the words up to the cursor; the last one is not complete.
fn typed(words: &[String]) -> Typed {
    let mut typed = Typed::default();
    let Some((begun, before)) = words.split_last() else {
        return typed;
    };
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    let mut positionals: Vec<&str> = Vec::new();
    let mut words = before.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some((option, value)) = option(command, word) {
            if !takes_value(option) || value.is_none() && option.is_require_equals_set() {
                typed.note(option, "");
                continue;
            }
            match value.or_else(|| words.next()) {
                Some(value) => typed.note(option, value),
                None => {
                    typed.begun.clone_from(begun);
                    typed.wanted = typed.wanted(option, &positionals);
                    return typed;
                }
            }
        } else if word.starts_with('-') {
            // Unknown, or several short ones at once: none of these takes a value.
        } else if let Some(sub) = command.find_subcommand(word) {
            command = sub;
            if word == "dead-letter" {
                typed.letters = Some(LettersAt::default());
            }
        } else {
            positionals.push(word);
        }
    }
    if begun.starts_with('-') {
        if let Some((option, Some(value))) = option(command, begun) {
            typed.begun = value.to_owned();
            typed.wanted = typed.wanted(option, &positionals);
        }
        return typed;
    }
    typed.begun.clone_from(begun);
    let positional = command.get_positionals().nth(positionals.len());
    // The last one may take several words.
    let positional = positional.or_else(|| {
        let last = command.get_positionals().last();
        last.filter(|arg| matches!(arg.get_action(), ArgAction::Append))
    });
    typed.wanted = positional.and_then(|arg| typed.wanted(arg, &positionals));
    typed
}

impl Typed {
    /// Takes note of where the supervisor is, or the letters are.
    fn note(&mut self, option: &Arg, value: &str) {
        let mut at = self.letters.as_mut();
        match (option.get_long(), &mut at) {
            (Some("data"), Some(at)) => at.data = Some(value.into()),
            (Some("server"), Some(at)) => at.server = Some(value.to_owned()),
            (Some("served"), Some(at)) => at.served = true,
            (Some("data"), None) => self.server.data = Some(value.into()),
            (Some("server"), None) => self.server.server = Some(value.to_owned()),
            (Some("state-dir"), _) => self.state_dir = Some(value.into()),
            _ => {}
        }
    }

    /// What belongs at an argument, by what the help calls its value.
    fn wanted(&self, arg: &Arg, positionals: &[&str]) -> Option<Wanted> {
        let name = arg.get_value_names()?.first()?.as_str();
        let topology = || {
            let topology = positionals.first()?;
            // It becomes part of a path.
            stormcell_topology::check_name(topology).ok()?;
            Some((*topology).to_owned())
        };
        match name {
            "NAME" if arg.is_positional() => Some(Wanted::Topology),
            "COMPONENT" => Some(Wanted::Component(topology()?, "")),
            "COMPONENT=N" => Some(Wanted::Component(topology()?, "=")),
            "TOPOLOGY" if self.letters.is_some() => Some(Wanted::LettersOf),
            "NUMBER" if self.letters.is_some() => Some(Wanted::Letter(topology()?)),
            _ => None,
        }
    }
}

/// The option that a word is, and its value if that is in the same word.
fn option<'a, 'w>(command: &'a clap::Command, word: &'w str) -> Option<(&'a Arg, Option<&'w str>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let found = command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(name));
        return found.map(|arg| (arg, value));
    }
    let mut letters = word.strip_prefix('-')?.chars();
    let short = letters.next()?;
    letters.next().is_none().then_some(())?;
    let found = command
        .get_arguments()
        .find(|arg| arg.get_short() == Some(short));
    found.map(|arg| (arg, None))
}

fn takes_value(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::Set | ArgAction::Append)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str) -> Typed {
        typed(&joined(line.split(' ').map(str::to_owned)))
    }

    fn component(topology: &str, after: &'static str) -> Option<Wanted> {
        Some(Wanted::Component(topology.to_owned(), after))
    }

    #[test]
    fn a_name_belongs_where_the_help_says_so() {
        for command in [
            "show",
            "top",
            "logs",
            "activate",
            "deactivate",
            "rebalance",
            "deploy",
            "rollback",
            "kill",
        ] {
            assert_eq!(
                at(&format!("{command} ")).wanted,
                Some(Wanted::Topology),
                "{command}"
            );
        }
        for line in [
            "",
            "k",
            "run ",
            "submit ",
            "submit --name ",
            "kill --wait ",
            "kill a ",
            "kill -",
            "deploy a split ",
            "logs a --tail ",
            "logs a --level ",
            "inspect ",
            "list ",
            "help ",
        ] {
            assert_eq!(at(line).wanted, None, "{line}");
        }
        assert_eq!(at("kill wo").begun, "wo");
    }

    #[test]
    fn a_component_belongs_to_the_topology_before_it() {
        assert_eq!(at("deploy a s").wanted, component("a", ""));
        assert_eq!(at("rollback a ").wanted, component("a", ""));
        assert_eq!(at("deploy --allow a s").wanted, component("a", ""));
        assert_eq!(at("logs -f a --component ").wanted, component("a", ""));
        assert_eq!(at("logs a --component=sp").wanted, component("a", ""));
        assert_eq!(at("logs a --component=sp").begun, "sp");
        assert_eq!(at("rebalance a --parallelism ").wanted, component("a", "="));
        assert_eq!(at("rebalance a --parallelism sp").begun, "sp");
        assert_eq!(at("logs --component ").wanted, None, "of which topology?");
        assert_eq!(at("deploy a/../b ").wanted, None);
    }

    #[test]
    fn letters_are_offered_where_they_belong() {
        let letters = |line: &str| at(&format!("dead-letter {line}"));
        assert_eq!(letters("show ").wanted, Some(Wanted::LettersOf));
        assert_eq!(letters("list wo").wanted, Some(Wanted::LettersOf));
        let letter = Some(Wanted::Letter("a".to_owned()));
        assert_eq!(letters("show a ").wanted, letter);
        assert_eq!(
            letters("drop a 1 2 ").wanted,
            letter,
            "as many as one likes"
        );
        assert_eq!(letters("show a 1 ").wanted, None);
        assert_eq!(letters("drop a/../b ").wanted, None);
        let typed = letters("drop --served a ");
        assert!(typed.letters.is_some_and(|at| at.served));
        let typed = letters("drop --data /there a ");
        assert_eq!(
            typed.letters.unwrap_or_default().data,
            Some("/there".into())
        );
        assert_eq!(at("run ").wanted, None, "files belong there");
    }

    #[test]
    fn options_say_where_the_supervisor_is() {
        for line in [
            "kill --data /there --wait 5s -v wo",
            "kill --data=/there wo",
            "kill --data = /there wo",
            "--color never kill --yes --data /there wo",
        ] {
            let typed = at(line);
            assert_eq!(typed.wanted, Some(Wanted::Topology), "{line}");
            assert_eq!(typed.server.data, Some("/there".into()), "{line}");
            assert_eq!(typed.begun, "wo", "{line}");
        }
        let typed = at("kill --server http : //host : 7070 wo");
        assert_eq!(typed.server.server.as_deref(), Some("http://host:7070"));
        assert_eq!(typed.wanted, Some(Wanted::Topology));
    }
}
