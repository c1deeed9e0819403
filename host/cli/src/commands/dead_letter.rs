//! `stormcell dead-letter`: rows that could not be processed.

mod letters;
mod words;

use stormcell_protocol::dead_letter::WhichLetters;

use crate::args::{DeadLetterArgs, DeadLetterCommand};
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};

pub(super) use letters::Letters;

/// Lists, shows, replays or drops letters.
pub(crate) async fn run(
    args: &DeadLetterArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let letters = Letters::at(args.command.at(), console, interrupt)?;
    match &args.command {
        DeadLetterCommand::List {
            topology, limit, ..
        } => list(&letters, topology.as_deref(), *limit).await,
        DeadLetterCommand::Show { topology, id, .. } => {
            let letter = letters.show(topology, *id).await?;
            Ok(CommandOutput::ok(
                words::letter(&letter),
                output::json(&letter)?,
            ))
        }
        DeadLetterCommand::Replay {
            topology, ids, all, ..
        } => {
            let asked = letters.replay(topology, &which(ids, *all)).await?;
            let text = words::replay(&asked, args.command.at());
            Ok(CommandOutput::ok(text, output::json(&asked)?))
        }
        DeadLetterCommand::Drop {
            topology, ids, all, ..
        } => {
            let dropped = letters.drop_letters(topology, &which(ids, *all)).await?;
            let text = format!(
                "{} of {topology} dropped\n",
                format::of(dropped.dropped, "dead letter")
            );
            Ok(CommandOutput::ok(text, output::json(&dropped)?))
        }
    }
}

async fn list(
    letters: &Letters,
    topology: Option<&str>,
    limit: usize,
) -> Result<CommandOutput, Failure> {
    let topologies = match topology {
        Some(topology) => vec![topology.to_owned()],
        None => letters.topologies().await?,
    };
    let mut listed = Vec::new();
    for topology in &topologies {
        listed.push(letters.newest(topology, limit).await?);
    }
    Ok(CommandOutput::ok(
        words::list(&listed),
        output::json(&listed)?,
    ))
}

fn which(ids: &[u64], all: bool) -> WhichLetters {
    WhichLetters {
        numbers: ids.to_vec(),
        all,
    }
}
