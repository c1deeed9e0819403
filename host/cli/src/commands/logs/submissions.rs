//! The submissions of a name whose logs are there.

use serde_json::json;
use stormcell_protocol::api::Submission;

use crate::client::{Client, ClientError};
use crate::failure::Failure;
use crate::format;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::table::{self, Align};

/// The one that is asked for, or else the topology that is there, or else the last.
pub(super) async fn which(
    client: &Client,
    name: &str,
    asked: Option<u32>,
) -> Result<Submission, Failure> {
    let all = client.submissions(name).await?;
    let found = match asked {
        Some(number) => all.iter().find(|one| one.submission == number),
        None => all.iter().find(|one| one.current).or(all.last()),
    };
    found.cloned().ok_or_else(|| missing(name, &all, asked))
}

/// Whether it is the topology that is there now.
pub(super) async fn is_there(
    client: &Client,
    name: &str,
    this: &Submission,
) -> Result<bool, ClientError> {
    let all = client.submissions(name).await?;
    let mut current = all.iter().filter(|one| one.current);
    Ok(current.any(|one| one.submission == this.submission))
}

fn missing(name: &str, all: &[Submission], asked: Option<u32>) -> Failure {
    let there: Vec<String> = all.iter().map(|one| one.submission.to_string()).collect();
    let there = match there.is_empty() {
        true => "there are none".to_owned(),
        false => format!("there are those of: {}", there.join(", ")),
    };
    let asked = asked.map_or_else(String::new, |number| format!(" {number}"));
    Failure::new(
        Status::NoInput,
        format!("there are no logs of submission{asked} of `{name}`; {there}"),
    )
}

/// Lists them.
pub(super) async fn list(client: &Client, name: &str) -> Result<CommandOutput, Failure> {
    let all = client.submissions(name).await?;
    Ok(CommandOutput::ok(table(&all), output::json(&all)?))
}

fn table(all: &[Submission]) -> String {
    let columns = [
        ("submission", Align::Right),
        ("submitted", Align::Right),
        ("last written", Align::Right),
        ("size", Align::Right),
        ("", Align::Left),
    ];
    let ago = |seconds: u64| match seconds {
        0 => "-".to_owned(),
        at => format!("{} ago", format::ago(at)),
    };
    let rows = all.iter().map(|one| {
        vec![
            one.submission.to_string(),
            ago(one.submitted_at),
            ago(one.written_at / 1000),
            format::size(one.bytes),
            match one.current {
                true => "there now".to_owned(),
                false => "ended".to_owned(),
            },
        ]
    });
    table::render(&columns, rows.collect())
}

/// Removes the logs of one that has ended, or of all that have.
pub(super) async fn remove(
    client: &Client,
    name: &str,
    asked: Option<u32>,
) -> Result<CommandOutput, Failure> {
    let wanted = match asked {
        Some(number) => vec![which(client, name, Some(number)).await?],
        None => {
            let all = client.submissions(name).await?;
            all.into_iter().filter(|one| !one.current).collect()
        }
    };
    let mut removed = Vec::new();
    for one in wanted {
        removed.push(client.remove_submission(name, one.submission).await?);
    }
    let bytes = removed.iter().map(|one| one.bytes).sum();
    let text = match removed.is_empty() {
        true => format!("there are no logs of ended submissions of {name}\n"),
        false => format!(
            "the logs of {} of {name} are removed ({})\n",
            format::of(removed.len() as u64, "submission"),
            format::size(bytes)
        ),
    };
    Ok(CommandOutput::ok(
        text,
        json!({ "removed": output::json(&removed)? }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_line() {
        let one = |submission, written_at, current| Submission {
            submission,
            submitted_at: u64::MAX,
            written_at,
            bytes: 2048,
            current,
        };
        assert_eq!(
            table(&[one(3, u64::MAX, false), one(12, 0, true)]),
            "\
submission  submitted  last written   size
         3    0 s ago       0 s ago  2 KiB  ended
        12    0 s ago             -  2 KiB  there now
"
        );
    }
}
