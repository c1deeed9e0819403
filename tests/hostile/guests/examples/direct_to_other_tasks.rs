//! Sends rows to tasks by their numbers, whoever they are.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn describe() -> Description {
        described([OutputStream {
            direct: true,
            ..text_stream()
        }])
    }

    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let to = |task| Emission {
            direct_task: Some(task),
            ..emission(1, texts(&["for you"]))
        };
        Ok(Outcome {
            emissions: (0..64).chain([u32::MAX]).map(to).collect(),
            ..nothing()
        })
    }
}

hostile_guests::bolt!(Attack);
