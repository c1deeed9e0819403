//! `stormcell logs`: what components and workers wrote.

mod submissions;

use std::io::{self, Write as _};
use std::time::Duration;

use stormcell_protocol::api::{LogLine, LogQuery, TopologyDetail};

use crate::args::LogsArgs;
use crate::client::{Client, Resume};
use crate::commands::deploy;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;

/// How long to wait before a supervisor that is away is asked again.
const RETRY: Duration = Duration::from_millis(500);

/// Prints lines as they come. With `-f`, a supervisor that is started again is found
/// again, and no line is printed twice; it ends when the topology is gone.
pub(crate) async fn run(
    args: &LogsArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt.clone())?;
    if args.submissions {
        return submissions::list(&client, &args.topology).await;
    }
    if args.remove {
        return submissions::remove(&client, &args.topology, args.submission).await;
    }
    let submission = submissions::which(&client, &args.topology, args.submission).await?;
    let mut query = LogQuery {
        // Also when another is submitted meanwhile.
        submission: Some(submission.submission),
        follow: args.follow,
        component: args.component.clone(),
        task: args.task,
        worker: args.worker,
        level: args.level.map(Into::into),
        tail: args.tail,
        since: None,
    };
    // Once it was there, that it is not is an end, and no mistake.
    if submission.current {
        let topology = client.show(&args.topology).await?;
        check(args, &topology, console)?;
    }
    let started = format::now_millis();
    let mut resume = Resume::default();
    let mut away = false;
    loop {
        let mut lines = client.logs(&args.topology, &query);
        let ended = loop {
            let line = tokio::select! {
                line = lines.next() => line,
                () = interrupt.requested() => {
                    return Ok(CommandOutput::printed(Status::Interrupted));
                }
            };
            match line {
                Some(Ok(line)) => {
                    away = false;
                    if resume.is_new(&line) && print(&line, console)?.is_break() {
                        return Ok(CommandOutput::printed(Status::Ok));
                    }
                }
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        let ended = match ended {
            None if !args.follow => return Ok(CommandOutput::printed(Status::Ok)),
            // The topology is gone, or the supervisor is.
            None => match submissions::is_there(&client, &args.topology, &submission).await {
                Ok(true) => None,
                Ok(false) => return Ok(CommandOutput::printed(Status::Ok)),
                Err(error) => Some(error),
            },
            error => error,
        };
        match ended {
            None => {}
            Some(error) if error.is_not_found() => {
                return Ok(CommandOutput::printed(Status::Ok));
            }
            Some(error) if args.follow && error.is_passing() => {
                if !std::mem::replace(&mut away, true) && !console.quiet {
                    console.say("waiting for the supervisor");
                }
                tokio::time::sleep(RETRY).await;
            }
            Some(error) => return Err(error.into()),
        }
        // What was printed is skipped; of what was written meanwhile, all is wanted.
        if query.tail.take().is_some() {
            query.since = Some(resume.first().unwrap_or(started));
        }
        resume.again();
    }
}

/// Whether there can be anything of what is asked for. Tasks and workers that are no more
/// may have written something.
fn check(args: &LogsArgs, topology: &TopologyDetail, console: &Console) -> Result<(), Failure> {
    let tasks = || topology.tasks.iter();
    if let Some(component) = &args.component
        && !tasks().any(|task| task.component == *component)
    {
        return Err(deploy::no_component(component, topology));
    }
    let name = &topology.summary.name;
    if let Some(id) = args.task
        && !tasks().any(|task| task.task == id)
    {
        console.warning(&format!(
            "`{name}` has no task {id} now; `stormcell show {name}` lists those it has"
        ));
    }
    let mut workers = topology.workers.iter();
    if let Some(id) = args.worker
        && !workers.any(|worker| worker.worker == id)
    {
        console.warning(&format!(
            "`{name}` has no worker {id} now; `stormcell show {name}` lists those it has"
        ));
    }
    Ok(())
}

/// Prints a line, unless nobody reads any more.
fn print(line: &LogLine, console: &Console) -> Result<std::ops::ControlFlow<()>, Failure> {
    let text = if console.json {
        output::json(line)?.to_string()
    } else {
        text(line)
    };
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(std::ops::ControlFlow::Continue(())),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(std::ops::ControlFlow::Break(()))
        }
        Err(error) => Err(Failure::new(
            Status::Internal,
            format!("cannot write the output: {error}"),
        )),
    }
}

/// A line for people: when, who, how bad, what.
fn text(line: &LogLine) -> String {
    let who = match (&line.component, line.task, line.worker) {
        (Some(component), Some(task), _) => format!("{component}/{task}"),
        (Some(component), None, _) => component.clone(),
        (None, _, Some(worker)) => format!("worker-{worker}"),
        (None, _, None) => "supervisor".to_owned(),
    };
    format!(
        "{} {who} {}: {}",
        format::timestamp(line.at),
        line.level,
        line.message
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_who_wrote_it() {
        let mut line = LogLine {
            at: 1_795_264_496_789,
            worker: Some(1),
            incarnation: Some(4),
            component: Some("split".to_owned()),
            task: Some(3),
            level: "warn".to_owned(),
            message: "no words".to_owned(),
        };
        assert_eq!(
            text(&line),
            "2026-11-21T12:34:56.789Z split/3 warn: no words"
        );
        line.component = None;
        line.task = None;
        assert!(text(&line).contains(" worker-1 warn: "));
        line.worker = None;
        assert!(text(&line).contains(" supervisor warn: "));
    }
}
