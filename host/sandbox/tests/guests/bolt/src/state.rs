//! Does with its state what it is told in steps, `; ` between them.

use crate::exports::stormcell::topology::bolt_task::{Batch, Outcome};
use crate::stormcell::topology::state::{self, Error};
use crate::stormcell::topology::types::{Packed, Text, Values};
use crate::{invalid, texts};

/// Does what the first row says, and emits what that came to.
pub(crate) fn act(batches: &[Batch]) -> Result<Outcome, String> {
    let Values::Texts(Text::Packed(Packed { offsets, data })) = &batches[0].columns[0].values
    else {
        return Err("its text is to be packed".to_owned());
    };
    let steps = String::from_utf8_lossy(&data[..offsets[1] as usize]);
    match steps.strip_suffix("; lie") {
        Some(steps) => {
            run(steps)?;
            Ok(invalid::named("type").expect("a known lie"))
        }
        None => Ok(texts(&[&run(&steps)?])),
    }
}

/// Does the steps; what they came to.
pub(crate) fn run(steps: &str) -> Result<String, String> {
    let mut said = Vec::new();
    for step in steps.split("; ").filter(|step| !step.is_empty()) {
        let mut words = step.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        match word().as_str() {
            "get" => said.push(match state::get(&word()).map_err(told)? {
                Some(value) => String::from_utf8_lossy(&value).into_owned(),
                None => "none".to_owned(),
            }),
            "set" => state::set(&word(), word().as_bytes()).map_err(told)?,
            "fill" => state::set(&word(), &vec![0; number(&word())]).map_err(told)?,
            "many" => {
                let prefix = word();
                for i in 0..number(&word()) {
                    state::set(&format!("{prefix}{i:06}"), &[]).map_err(told)?;
                }
            }
            "remove" => state::remove(&word()).map_err(told)?,
            "keys" => {
                let (prefix, most, after) = (word(), number(&word()) as u32, word());
                let after = (!after.is_empty()).then_some(after.as_str());
                said.push(state::keys(&prefix, after, most).map_err(told)?.join(","));
            }
            "long" => state::set(&"k".repeat(number(&word())), b"v").map_err(told)?,
            "count" => {
                let keys = state::keys(&word(), None, number(&word()) as u32);
                said.push(keys.map_err(told)?.len().to_string());
            }
            "fail" => return Err("it was told to fail".to_owned()),
            "trap" => panic!("it was told to trap"),
            other => return Err(format!("it cannot `{other}`")),
        }
    }
    Ok(said.join(" "))
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}

fn told(error: Error) -> String {
    format!("{:?}: {}", error.code, error.message)
}
