//! A bolt that chooses the task that gets a row: row `i` goes to task `i` modulo the
//! tasks of a component.

use serde::Deserialize;
use stormcell_sdk::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Config {
    /// The component whose tasks get the rows.
    to: String,
}

struct Direct {
    tasks: Vec<u32>,
}

impl Bolt for Direct {
    fn describe() -> Description {
        let fields = || [("i", Type::Int), ("text", Type::Text)];
        Description::new("chooses tasks")
            .input(fields())
            .output(Stream::default(fields()).direct())
            .config_schema(r#"{"type": "object"}"#)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let Config { to } = context.config()?;
        let tasks = context.tasks_of(&to).to_vec();
        ensure!(!tasks.is_empty(), "there is no component `{to}`");
        Ok(Self { tasks })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let i = tuple.int("i")?;
        let task = self.tasks[usize::try_from(i)? % self.tasks.len()];
        out.to("default").task(task).emit((i, tuple.text("text")?))
    }
}

stormcell_sdk::bolt!(Direct);
