//! The conformance bolt: what it does is written in `tests/conformance/README.md`.

mod show;
mod surroundings;

use serde::Deserialize;
use stormcell_sdk::prelude::*;

const CONFIG_SCHEMA: &str = r#"{
    "type": "object",
    "properties": {"greeting": {"type": "string"}},
    "additionalProperties": false
}"#;

#[derive(Deserialize)]
struct Config {
    greeting: Option<String>,
}

struct Conformance {
    greeting: String,
    place: String,
    kept: Vec<Handle>,
    /// What the next tick puts into the state before it fails.
    failing_tick: Option<(String, Vec<u8>)>,
}

/// The seven values, all nullable.
fn values() -> [Field; 7] {
    [
        Field::nullable("b", Type::Bool),
        Field::nullable("i", Type::Int),
        Field::nullable("f", Type::Float),
        Field::nullable("t", Type::Text),
        Field::nullable("y", Type::Bytes),
        Field::nullable("at", Type::Timestamp),
        Field::nullable("j", Type::Json),
    ]
}

impl Bolt for Conformance {
    fn describe() -> Description {
        let command = Field::new("command", Type::Text);
        Description::new("conformance bolt")
            .input([command].into_iter().chain(values()))
            .output(Stream::default(values()))
            .output(Stream::new("notes", [("note", Type::Text)]))
            .config_schema(CONFIG_SCHEMA)
            .needs(Capability::Stdout)
    }

    fn prepare(context: &Context) -> Result<Self> {
        let config: Config = context.config()?;
        let (component, task) = (context.component(), context.task());
        let (index, count) = (context.task_index(), context.task_count());
        Ok(Self {
            greeting: config.greeting.unwrap_or("no greeting".into()),
            place: format!("{component} task {task} ({index} of {count})"),
            kept: Vec::new(),
            failing_tick: None,
        })
    }

    fn process(&mut self, tuple: &Tuple<'_>, out: &mut Emitter) -> Result<()> {
        let text = tuple.get::<Option<&str>>("t")?.unwrap_or_default();
        let bytes = tuple.get::<Option<&[u8]>>("y")?.unwrap_or_default();
        match tuple.text("command")? {
            "echo" => out.emit(show::values(tuple)?)?,
            "twice" => {
                out.emit(show::values(tuple)?)?;
                out.emit(show::values(tuple)?)?;
            }
            "describe" => out.to("notes").emit((show::describe(tuple)?,))?,
            "note" => out.to("notes").emit((text,))?,
            "unanchored" => out.to("notes").unanchored().emit((text,))?,
            "keep" => {
                out.keep(tuple.handle())?;
                self.kept.push(tuple.handle());
            }
            "join" => {
                let note = format!("joined {}", self.kept.len());
                let kept = std::mem::take(&mut self.kept);
                let anchors: Vec<_> = kept.iter().copied().chain([tuple.handle()]).collect();
                out.to("notes").anchors(&anchors).emit((note,))?;
                kept.into_iter().try_for_each(|row| out.ack(row))?;
            }
            "drop-kept" => {
                for row in self.kept.drain(..) {
                    out.fail(row, "dropped")?;
                }
            }
            "extend-kept" => self.kept.iter().try_for_each(|row| out.extend(*row))?,
            "self-anchor" => {
                let twice = [tuple.handle(), tuple.handle()];
                out.to("notes").anchors(&twice).emit(("self",))?;
            }
            "ack" => {
                out.ack(tuple.handle())?;
                out.to("notes").unanchored().emit(("acked",))?;
            }
            "fail" => out.fail(tuple.handle(), text)?,
            "raise" => {
                out.to("notes").emit(("lost",))?;
                bail!("{text}");
            }
            // The types of rows are checked when they are emitted, so that these are
            // errors of the SDK, not of the compiler.
            "bad-type" => out.to("notes").emit((1,))?,
            "bad-null" => out.to("notes").emit((None::<&str>,))?,
            "bad-stream" => out.to("nowhere").emit(("lost",))?,
            "log" => log::info!("{text}"),
            "print" => println!("{text}"),
            "count" => {
                metrics::count("conformance.rows", 2);
                metrics::gauge("conformance.gauge", 1.5);
            }
            "config" => out.to("notes").emit((&self.greeting,))?,
            "context" => {
                let (input, task) = (tuple.input(), tuple.source_task());
                let from = format!("{}/{} of task {task}", input.component(), input.stream());
                out.to("notes")
                    .emit((format!("{} from {from}", self.place),))?;
            }
            "state-set" => state::set(text, bytes)?,
            "state-get" => out.to("notes").emit((surroundings::value(text)?,))?,
            "state-remove" => state::remove(text)?,
            "state-keys" => out.to("notes").emit((surroundings::keys(text)?,))?,
            "state-try" => {
                let note = surroundings::tried(state::set(text, bytes));
                out.to("notes").emit((note,))?;
            }
            "state-set-raise" => {
                state::set(text, bytes)?;
                bail!("{text}");
            }
            "fail-tick" => self.failing_tick = Some((text.to_owned(), bytes.to_vec())),
            "random" => out.to("notes").emit((surroundings::random(),))?,
            "trap" => panic!("trapped as told"),
            "spin" => loop {
                std::hint::spin_loop();
            },
            "grow" => grow(),
            command => bail!("unknown command `{command}`"),
        }
        Ok(())
    }

    fn tick(&mut self, _now: u64, out: &mut Emitter) -> Result<()> {
        if let Some((key, value)) = &self.failing_tick {
            state::set(key, value)?;
            bail!("{key}");
        }
        out.to("notes").emit(("tick",))
    }

    fn close(&mut self, reason: CloseReason, out: &mut Emitter) -> Result<()> {
        out.to("notes").emit((match reason {
            CloseReason::Finished => "closed finished",
            CloseReason::Stopped => "closed stopped",
        },))
    }
}

/// Allocates, and touches what it allocates, until somebody stops it.
fn grow() -> ! {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&hoard);
    }
}

stormcell_sdk::bolt!(Conformance);
