//! Keys of Flux, of Storm and of its relatives in Python, and what to write here instead.
//!
//! Who comes from there has a file that is nearly right. An unknown key that is one of theirs is
//! answered with what to write, with the value that it has, or with that it has no counterpart.

mod flux;
mod python;
mod storm;

use serde_json::Value;

use crate::diagnostic::quoted;
use crate::source::Pointer;

/// A key, and what to write instead.
type Row = (&'static str, Instead);

/// What to write instead of a key.
#[derive(Debug, Clone, Copy)]
enum Instead {
    /// A key of this mapping. The function makes the text of it for a value.
    Write(Home, fn(&Value) -> String),
    /// A sentence.
    Say(&'static str),
    /// A sentence with the value.
    SayOf(fn(&Value) -> String),
    /// Nothing; perhaps a word on what is there.
    Nothing(&'static str),
}

/// Where a key belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Home {
    /// The mapping that is the file.
    File,
    /// `config` of the topology.
    Config,
    /// A bolt that is to be ticked.
    Ticked,
    /// The spout or bolt.
    Component,
}

const PYTHON: &str = "streamparse or pyleus";

/// What to write instead of the unknown key at this place, which has this value; `None` if it is
/// no key of theirs.
pub(crate) fn advice(at: &Pointer, value: &Value) -> Option<String> {
    let key = at.last()?;
    let steps: Vec<&str> = at.as_str().split('/').skip(1).collect();
    let (flux, python): (&[Row], &[Row]) = match steps.as_slice() {
        [_] => (flux::FILE, python::FILE),
        ["config", _] => (&[], python::CONFIG),
        ["spouts" | "bolts", _, _] => (flux::COMPONENT, python::COMPONENT),
        ["streams", _, _] => (flux::STREAM, &[]),
        ["streams", _, "grouping", _] => (flux::GROUPING, python::GROUPING),
        _ => (&[], &[]),
    };
    let of = |rows: &[Row], whose: &str| {
        let (_, instead) = rows.iter().find(|(row, _)| is_same(row, &key))?;
        Some(sentence(&key, whose, *instead, value))
    };
    let of_config = || {
        let is_top = steps.len() == 1;
        is_top.then(|| of(python::CONFIG, PYTHON)).flatten()
    };
    of(flux, "Flux")
        .or_else(|| storm_setting(&key, value))
        .or_else(|| of(python, PYTHON))
        .or_else(of_config)
}

/// The same for a key that Storm has for settings, wherever it is: such a key has points in it.
fn storm_setting(key: &str, value: &Value) -> Option<String> {
    if let Some((_, instead)) = storm::SETTINGS.iter().find(|(row, _)| is_same(row, key)) {
        return Some(sentence(key, "Storm", *instead, value));
    }
    // In Java their names are constants.
    let is_constant = !key.contains(|c: char| c.is_ascii_lowercase());
    let dotted = match is_constant {
        true => key.to_ascii_lowercase().replace('_', "."),
        false => key.to_owned(),
    };
    if let Some((meant, instead)) = near_setting(&dotted) {
        let sentence = sentence(meant, "Storm", *instead, value);
        return Some(format!(
            "{} is no setting that Storm has; if `{meant}` is meant: {sentence}",
            quoted(key)
        ));
    }
    if dotted.starts_with("topology.") {
        return Some(sentence(key, "Storm", Instead::Nothing(""), value));
    }
    let mut prefixes = storm::PREFIXES.iter();
    prefixes.any(|prefix| dotted.starts_with(prefix)).then(|| {
        format!(
            "{} is named like a setting of Storm, which has no counterpart here: remove it; if a \
             spout or bolt is to be told it, write it into its `config`",
            quoted(key)
        )
    })
}

/// The setting of Storm that is written so but for two letters at most.
fn near_setting(key: &str) -> Option<&'static Row> {
    const SLIPS: usize = 2;
    let edits = |setting: &str| strsim::damerau_levenshtein(key, setting);
    let near = |(setting, _): &&Row| setting.len().abs_diff(key.len()) <= SLIPS;
    let settings = storm::SETTINGS.iter().filter(near);
    let nearest = settings.min_by_key(|(setting, _)| edits(setting))?;
    (edits(nearest.0) <= SLIPS).then_some(nearest)
}

/// The same for a key in the configuration of a component, which may have keys of its own: only
/// what is certainly a setting of Storm is taken for one.
pub(crate) fn advice_in_config(key: &str, value: &Value) -> Option<String> {
    let is_setting =
        key.starts_with("topology.") || storm::SETTINGS.iter().any(|(setting, _)| *setting == key);
    is_setting.then(|| storm_setting(key, value))?
}

fn sentence(key: &str, whose: &str, instead: Instead, value: &Value) -> String {
    let key = quoted(key);
    match instead {
        Instead::Write(home, text) => {
            let home = match home {
                Home::File => "at the top of the file",
                Home::Config => "in the topology's `config`",
                Home::Ticked => "at each bolt that is to be ticked",
                Home::Component => "at the spout or bolt",
            };
            format!("{key} is a key of {whose}: write `{}` {home}", text(value))
        }
        Instead::Say(what) => format!("{key} is a key of {whose}: {what}"),
        Instead::SayOf(what) => format!("{key} is a key of {whose}: {}", what(value)),
        Instead::Nothing("") => {
            format!("{key} is a key of {whose} that has no counterpart here: remove it")
        }
        Instead::Nothing(why) => {
            format!("{key} is a key of {whose} that has no counterpart here: remove it; {why}")
        }
    }
}

/// Whether two keys are the same but for case and what parts their words.
fn is_same(one: &str, other: &str) -> bool {
    let parts = ['.', '_', '-'];
    other.len() <= 256
        && one
            .replace(parts, "")
            .eq_ignore_ascii_case(&other.replace(parts, ""))
}

/// The whole number that this value is, as a number or as a text.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let number = number
                .as_f64()
                .filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n))?;
            Some(number as u64)
        }),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A period of so many seconds, or as many as it may have; without a number an example.
fn seconds(value: &Value, longest: u64, example: &str) -> String {
    match whole(value).map(|n| n.clamp(1, longest)) {
        Some(n) => format!("{n}s"),
        None => example.to_owned(),
    }
}

/// `parallelism` with this number of tasks.
fn parallelism(value: &Value) -> String {
    let tasks = whole(value).map(|n| n.max(1));
    let tasks = tasks.filter(|n| *n <= u64::from(crate::MAX_PARALLELISM));
    format!("parallelism: {}", tasks.unwrap_or(2))
}

/// A limit on memory of so many MiB.
fn memory(value: &Value) -> String {
    let mib = value.as_f64().filter(|mib| (1.0..=65_536.0).contains(mib));
    format!(
        "limits: {{ memory: {}MiB }}",
        mib.map_or(128, |mib| mib.ceil() as u64)
    )
}

/// A limit on computing of so many hundredths of a core.
fn cpu_share(value: &Value) -> String {
    let percent = value.as_f64().filter(|percent| *percent >= 1.0);
    let share = percent.map_or(1.0, |percent| percent.min(100.0).round() / 100.0);
    format!("limits: {{ cpu-share: {share} }}")
}

#[cfg(test)]
mod tests;
