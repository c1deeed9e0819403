//! Runs a plan: tasks, mailboxes, groupings and acking over tokio.
