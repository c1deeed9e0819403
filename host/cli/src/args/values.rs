//! Values that can be typed, as text and as what they mean.

use std::collections::BTreeMap;
use std::time::Duration;

use stormcell_protocol::api::ranges::{CanaryPercent, ErrorRate, Whole};
use stormcell_protocol::capabilities::CapabilityChange;
use stormcell_topology::capabilities;
use stormcell_topology::units::{Period, Size};

use super::component_limits::{LEAST_MEMORY, LEAST_TIME};

/// A time as `500ms`, `5s`, `2m` or `1h`, longer than none.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match patience(text)? {
        Duration::ZERO => Err(format!("`{text}` is no time at all")),
        duration => Ok(duration),
    }
}

/// How long to wait for something, as `500ms`, `5s`, `2m` or `1h`; `0s`: not at all.
pub(super) fn patience(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time: write a number and ms, s, m or h, as in 30s");
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// A number of bytes as `512B`, `64MiB` or `1GB`, more than none.
pub(super) fn size(text: &str) -> Result<Size, String> {
    match text.parse::<Size>() {
        Ok(size) if size.get() == 0 => Err(format!("`{text}` is nothing at all")),
        Ok(size) => Ok(size),
        Err(error) => Err(format!("`{text}` is not a size as 64MiB: {error}")),
    }
}

/// What compiling a component may take of memory.
pub(super) fn compile_memory(text: &str) -> Result<Size, String> {
    let least = Size::new(LEAST_MEMORY);
    match size(text)? {
        size if size >= least => Ok(size),
        _ => Err(format!("the compiler needs at least {least}")),
    }
}

/// What compiling a component may take of computing time.
pub(super) fn compile_time(text: &str) -> Result<Period, String> {
    match duration(text)? {
        time if time >= LEAST_TIME => Ok(Period::new(time)),
        _ => Err("it is counted in seconds: at least 1s".to_owned()),
    }
}

/// The name of a topology, a component or a stream.
pub(super) fn name(text: &str) -> Result<String, String> {
    stormcell_topology::check_name(text)
        .map(|()| text.to_owned())
        .map_err(|error| error.to_string())
}

/// A word for what components ask for, or that for all of it.
pub(super) fn capability(text: &str) -> Result<String, String> {
    let known: Vec<&str> = capabilities::names()
        .chain([CapabilityChange::ALL])
        .collect();
    match known.contains(&text) {
        true => Ok(text.to_owned()),
        false => Err(format!("`{text}` is none of {}", known.join(", "))),
    }
}

/// A share of the tasks in percent, as a deployment may have it, as `20` or `20%`.
pub(super) fn percent(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    CanaryPercent::parse(number).map_err(|error| error.to_string())
}

/// A rate from 0 to 1, as `0.01`, or in percent, as `1%`.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    number
        .parse::<f64>()
        .map(|number| number / unit)
        .ok()
        .filter(|rate| ErrorRate::check(*rate).is_ok())
        .ok_or_else(|| format!("`{text}` is not a rate from 0 to 1, as in 0.01 or 1%"))
}

/// How many tasks a component is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parallelism {
    component: String,
    tasks: u32,
}

impl Parallelism {
    /// What was typed, by component.
    ///
    /// # Errors
    /// A component that was named twice.
    pub(crate) fn by_component(typed: &[Self]) -> Result<BTreeMap<String, u32>, String> {
        let mut all = BTreeMap::new();
        for one in typed {
            if all.insert(one.component.clone(), one.tasks).is_some() {
                return Err(format!(
                    "--parallelism names the component `{}` twice",
                    one.component
                ));
            }
        }
        Ok(all)
    }
}

/// As `split=4`.
pub(super) fn parallelism(text: &str) -> Result<Parallelism, String> {
    let wrong = || format!("`{text}` is not COMPONENT=TASKS, as in split=4");
    let (component, tasks) = text.split_once('=').ok_or_else(wrong)?;
    let component = name(component)?;
    let tasks = tasks.parse().ok().filter(|tasks| *tasks > 0);
    Ok(Parallelism {
        component,
        tasks: tasks.ok_or_else(wrong)?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        for text in [
            "", "5", "s", "5 s", "-1s", "5d", "1e400s", "0s", "nans", "5é",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert_eq!(patience("0s"), Ok(Duration::ZERO));
        assert_eq!(patience("5s"), Ok(Duration::from_secs(5)));
        assert!(patience("-1s").is_err());
    }

    #[test]
    fn percentages_and_rates_have_bounds() {
        assert_eq!(percent("20"), Ok(20));
        assert_eq!(percent("100%"), Ok(100));
        for text in ["0", "101", "-1", "1.5", "", "%", "300"] {
            assert!(percent(text).is_err(), "{text}");
        }
        assert_eq!(rate("0.01"), Ok(0.01));
        assert_eq!(rate("5%"), Ok(0.05));
        assert_eq!(rate("0"), Ok(0.0));
        for text in ["1.1", "-0.1", "nan", "", "101%"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_of_tasks_belongs_to_a_component() {
        let typed = ["split=4", "count=1"].map(|text| parallelism(text).unwrap());
        let all = Parallelism::by_component(&typed).unwrap();
        assert_eq!(
            all,
            BTreeMap::from([("split".into(), 4), ("count".into(), 1)])
        );
        for text in ["split", "split=", "split=0", "split=-1", "=2", "a b=2"] {
            assert!(parallelism(text).is_err(), "{text}");
        }
        let twice = ["split=4", "split=1"].map(|text| parallelism(text).unwrap());
        assert!(Parallelism::by_component(&twice).is_err());
    }
}
