//! Waiting for a topology to finish, with what its components print.

use std::io::{self, Write as _};

use stormcell_protocol::api::{
    LogLevel, LogLine, LogQuery, Status as Of, TopologyDetail, TopologySummary,
};

use crate::client::{Client, ClientError, Lines, Resume};
use crate::commands::poll::Polled;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::status_line::StatusLine;
use crate::summary;

/// Follows a topology until every spout has ended and every tree is complete.
pub(super) async fn until_finished(
    client: &Client,
    submitted: &TopologySummary,
    acking: bool,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<CommandOutput, Failure> {
    let name = submitted.name.as_str();
    let mut printer = Printer::new(client, submitted, console);
    let mut polled = Polled::new(client, name, StatusLine::new(console));
    let detail = loop {
        let detail = tokio::select! {
            detail = polled.next() => detail,
            printed = printer.print() => match printed {
                Ok(()) => continue,
                // Nobody reads any more; the topology goes on.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Ok(CommandOutput::printed(Status::Ok));
                }
                Err(error) => return Err(unwritable(&error)),
            },
            () = interrupt.requested() => Err(ClientError::Interrupted),
        };
        let detail = detail.map_err(|error| explain(name, error))?;
        if detail.summary.status == Of::Finished {
            break detail;
        }
        polled.show(|| match &detail.report {
            Some(report) => summary::progress(report),
            None => starting(&detail.summary),
        });
    };
    drop(polled);
    printer.print_rest().await?;
    result(&detail, acking, printer.has_printed, console)
}

/// What is shown before there is anything to count.
fn starting(summary: &TopologySummary) -> String {
    let (name, workers) = (&summary.name, summary.workers);
    let what = match (&summary.problem, &summary.operation) {
        (Some(problem), _) => problem.clone(),
        (None, Some(operation)) => operation.clone(),
        (None, None) => format!("starting workers, {} of {} up", workers.up, workers.planned),
    };
    format!("{name}: {what}")
}

fn unwritable(error: &io::Error) -> Failure {
    Failure::new(
        Status::Internal,
        format!("cannot write the output: {error}"),
    )
}

fn explain(name: &str, error: ClientError) -> Failure {
    match error {
        ClientError::Interrupted => Failure::new(
            Status::Interrupted,
            format!(
                "interrupted; {name} goes on: see `stormcell show {name}`, or end it with \
                 `stormcell kill {name}`"
            ),
        ),
        error if error.is_not_found() => Failure::new(
            Status::Failed,
            format!("{name} was killed before it had finished"),
        ),
        error => error.into(),
    }
}

/// What is printed in the end: the same as by `run`.
fn result(
    detail: &TopologyDetail,
    acking: bool,
    has_printed: bool,
    console: &Console,
) -> Result<CommandOutput, Failure> {
    let json = output::json(detail)?;
    let Some(report) = &detail.report else {
        return Err(Failure::new(
            Status::Internal,
            format!(
                "{} has finished, but did not say what it did",
                detail.summary.name
            ),
        ));
    };
    for message in summary::errors(report) {
        console.warning(&message);
    }
    let between = if has_printed { "\n" } else { "" };
    Ok(CommandOutput {
        text: format!("{between}{}", summary::whole(report, false)),
        json,
        status: if summary::is_lossless(report, acking) {
            Status::Ok
        } else {
            Status::Failed
        },
    })
}

/// Prints what components wrote on their standard output.
struct Printer<'a> {
    client: &'a Client,
    name: &'a str,
    submission: u32,
    console: &'a Console,
    lines: Option<Lines>,
    resume: Resume,
    has_printed: bool,
}

impl<'a> Printer<'a> {
    fn new(client: &'a Client, submitted: &'a TopologySummary, console: &'a Console) -> Self {
        let (name, submission) = (submitted.name.as_str(), submitted.submission);
        Self {
            client,
            name,
            submission,
            console,
            lines: Some(client.logs(name, &query(submission, true))),
            resume: Resume::default(),
            has_printed: false,
        }
    }

    /// Prints the next line. When the supervisor is away, waits until it is asked for
    /// the rest. Can be cancelled without losing a line.
    async fn print(&mut self) -> io::Result<()> {
        let Some(lines) = &mut self.lines else {
            return std::future::pending().await;
        };
        match lines.next().await {
            Some(Ok(line)) => self.write(&line),
            // Why the log has ended shows when the topology is looked at; what is
            // missing is printed in the end.
            Some(Err(_)) | None => {
                self.lines = None;
                Ok(())
            }
        }
    }

    /// Prints all lines that have not been printed.
    async fn print_rest(&mut self) -> Result<(), Failure> {
        self.resume.again();
        let mut lines = self.client.logs(self.name, &query(self.submission, false));
        while let Some(line) = lines.next().await {
            match self.write(&line?) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                result => result.map_err(|error| unwritable(&error))?,
            }
        }
        Ok(())
    }

    /// Prints a line, unless it has been printed.
    fn write(&mut self, line: &LogLine) -> io::Result<()> {
        if !self.resume.is_new(line) {
            return Ok(());
        }
        let text = format!("{}\n", line.message);
        if self.console.json {
            self.console.write_stderr(text.as_bytes());
            return Ok(());
        }
        self.has_printed = true;
        self.console.progress.suspend(|| {
            let mut stdout = io::stdout().lock();
            stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush())
        })
    }
}

fn query(submission: u32, follow: bool) -> LogQuery {
    LogQuery {
        // A supervisor of an earlier version does not say which it is.
        submission: Some(submission).filter(|&number| number != 0),
        follow,
        level: Some(LogLevel::Stdout),
        ..LogQuery::default()
    }
}
