//! `stormcell rebalance`: other numbers of workers and tasks.

use std::fmt::Write as _;

use stormcell_protocol::api::{PlanChange, Rebalance, TaskChange};

use crate::args::{Parallelism, RebalanceArgs};
use crate::client::{Client, ClientError};
use crate::commands::poll::Polled;
use crate::confirm::confirm;
use crate::console::Console;
use crate::failure::Failure;
use crate::format;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;
use crate::status_line::StatusLine;
use crate::table::{self, Align};

/// How many key groups a component has.
const KEY_GROUPS: u64 = 16_384;

/// Shows the difference, asks, and has it done.
pub(crate) async fn run(
    args: &RebalanceArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let client = Client::new(&args.server, interrupt.clone())?;
    let name = &args.topology;
    let parallelism = Parallelism::by_component(&args.parallelism)
        .map_err(|message| Failure::new(Status::Usage, message))?;
    let wait = u64::try_from(args.wait.as_millis()).unwrap_or(u64::MAX);
    let mut request = Rebalance {
        workers: args.workers,
        parallelism,
        dry_run: true,
        wait_ms: Some(wait),
    };
    let planned = client.rebalance(name, &request).await?;
    let difference = difference(name, &planned);
    let tasks = tasks_after(&planned);
    let fewer = args
        .workers
        .and_then(|asked| format::fewer_workers(asked, planned.workers.1, tasks));
    if let Some(warning) = fewer.filter(|_| !console.quiet) {
        console.warning(&warning);
    }
    if args.dry_run || is_nothing(&planned) {
        return Ok(CommandOutput::ok(difference, output::json(&planned)?));
    }
    console.say(&difference);
    if !args.yes {
        let question = format!("rebalance {name}?");
        if !confirm(&question, console, &interrupt).await? {
            return Err(Failure::new(Status::Failed, "nothing was changed"));
        }
    }
    request.dry_run = false;
    let done = apply(&client, name, &request, console)
        .await
        .map_err(|error| match error {
            ClientError::Interrupted => Failure::new(
                Status::Interrupted,
                format!("interrupted; the rebalance of {name} goes on"),
            ),
            error => error.into(),
        })?;
    if done.tasks != planned.tasks {
        console.warning("the plan had changed meanwhile; what was done differs from what is above");
    }
    let text = format!(
        "{name} is rebalanced: generation {}, {}\n",
        done.to_generation,
        format::of(done.workers.1.into(), "worker"),
    );
    Ok(CommandOutput::ok(text, output::json(&done)?))
}

/// Has it done, and shows meanwhile what the supervisor is at.
async fn apply(
    client: &Client,
    name: &str,
    request: &Rebalance,
    console: &Console,
) -> Result<PlanChange, ClientError> {
    let mut polled = Polled::new(client, name, StatusLine::new(console));
    let done = client.rebalance(name, request);
    tokio::pin!(done);
    let mut watched = true;
    loop {
        tokio::select! {
            done = &mut done => return done,
            detail = polled.next(), if watched => match detail {
                Ok(detail) => polled.show(|| {
                    let operation = detail.summary.operation.as_deref();
                    format!("{name}: {}", operation.unwrap_or("rebalancing"))
                }),
                // The answer to the rebalance will say what is wrong.
                Err(_) => watched = false,
            },
        }
    }
}

fn is_nothing(change: &PlanChange) -> bool {
    change.tasks.is_empty() && change.workers.0 == change.workers.1
}

/// How many tasks there will be.
fn tasks_after(change: &PlanChange) -> u32 {
    let changed = change.tasks.iter().filter(|task| task.to.is_some());
    u32::try_from(changed.count())
        .unwrap_or(u32::MAX)
        .saturating_add(change.unchanged)
}

/// What changes, for people.
fn difference(name: &str, change: &PlanChange) -> String {
    if is_nothing(change) {
        return format!(
            "{name}: nothing would change, plan {} stays\n",
            change.from_generation
        );
    }
    let mut out = format!(
        "{name}: generation {} -> {}, workers {} -> {}\n\n",
        change.from_generation, change.to_generation, change.workers.0, change.workers.1
    );
    let columns = [
        ("task", Align::Right),
        ("component", Align::Left),
        ("index", Align::Right),
        ("change", Align::Left),
    ];
    let rows: Vec<_> = change.tasks.iter().map(row).collect();
    if !rows.is_empty() {
        out.push_str(&table::render(&columns, rows));
        out.push('\n');
    }
    // Writing to a string does not fail.
    let goes = if change.unchanged == 1 {
        "goes on as it is"
    } else {
        "go on as they are"
    };
    let _ = writeln!(
        out,
        "{} {goes}",
        format::of(change.unchanged.into(), "task")
    );
    for (component, moved) in &change.key_groups_moved {
        let _ = writeln!(
            out,
            "{} of {} key groups of {component} get another task",
            format::count((*moved).into()),
            format::count(KEY_GROUPS),
        );
    }
    out
}

fn row(task: &TaskChange) -> Vec<String> {
    let change = match (task.from, task.to) {
        (None, Some(to)) => format!("new in worker {to}"),
        (Some(from), None) => format!("removed from worker {from}"),
        (Some(from), Some(to)) if from == to => format!("restarted in worker {to}"),
        (Some(from), Some(to)) => format!("moved from worker {from} to worker {to}"),
        (None, None) => "-".to_owned(),
    };
    vec![
        task.task.to_string(),
        task.component.clone(),
        task.index.to_string(),
        change,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn change(tasks: Vec<TaskChange>, workers: (u32, u32)) -> PlanChange {
        PlanChange {
            from_generation: 1,
            to_generation: 2,
            workers,
            tasks,
            unchanged: 1,
            key_groups_moved: BTreeMap::from([("count".to_owned(), 5461)]),
            applied: false,
        }
    }

    #[test]
    fn the_difference_names_each_task_that_changes() {
        let task = |task, from, to| TaskChange {
            task,
            component: "count".to_owned(),
            index: task - 1,
            from,
            to,
        };
        let tasks = vec![
            task(1, Some(0), Some(1)),
            task(2, Some(0), Some(0)),
            task(3, None, Some(1)),
            task(4, Some(1), None),
        ];
        assert_eq!(
            difference("word-count", &change(tasks, (1, 2))),
            "\
word-count: generation 1 -> 2, workers 1 -> 2

task  component  index  change
   1  count          0  moved from worker 0 to worker 1
   2  count          1  restarted in worker 0
   3  count          2  new in worker 1
   4  count          3  removed from worker 1

1 task goes on as it is
5,461 of 16,384 key groups of count get another task
"
        );
    }

    #[test]
    fn no_difference_is_said_so() {
        let nothing = change(Vec::new(), (2, 2));
        assert!(is_nothing(&nothing));
        assert_eq!(
            difference("a", &nothing),
            "a: nothing would change, plan 1 stays\n"
        );
        assert!(!is_nothing(&change(Vec::new(), (2, 3))));
    }
}
