//! A component's own counters and gauges, of all its tasks in this process.

use std::collections::BTreeMap;

use stormcell_protocol::ComponentReport;

/// How many names a component may have. An instance may have as many, but each task has an
/// instance of its own, and another one after each fault.
const NAMES: usize = 256;

/// The counters, and the gauges of each task. Names beyond [`NAMES`] are not kept.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, Figure>);

#[derive(Debug, Default)]
struct Figure {
    count: u64,
    /// By task.
    gauges: BTreeMap<u32, f64>,
}

impl Figures {
    /// Adds to a counter.
    pub(crate) fn count(&mut self, name: &str, increment: u32) {
        if let Some(figure) = self.of(name) {
            figure.count = figure.count.saturating_add(increment.into());
        }
    }

    /// A task sets a gauge. What is no finite number unsets it: reports are JSON, which has
    /// no others.
    pub(crate) fn gauge(&mut self, name: &str, task: u32, value: f64) {
        if value.is_finite() {
            if let Some(figure) = self.of(name) {
                figure.gauges.insert(task, value);
            }
        } else if let Some(figure) = self.0.get_mut(name) {
            figure.gauges.remove(&task);
            if figure.count == 0 && figure.gauges.is_empty() {
                self.0.remove(name);
            }
        }
    }

    /// The sum of each over all tasks.
    pub(crate) fn sums(&self) -> BTreeMap<String, f64> {
        let sums = self.0.iter().map(|(name, figure)| {
            let gauges = figure.gauges.values();
            let count = figure.count as f64;
            let sum = gauges.fold(count, |sum, value| ComponentReport::sum(sum, *value));
            (name.clone(), sum)
        });
        sums.collect()
    }

    /// The figure of this name, if there is room for it.
    fn of(&mut self, name: &str) -> Option<&mut Figure> {
        if !self.0.contains_key(name) {
            if self.0.len() >= NAMES {
                return None;
            }
            self.0.insert(name.to_owned(), Figure::default());
        }
        self.0.get_mut(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component that used other names after each fault made the host keep all of them,
    /// and its worker's heartbeats grew until they could not be sent.
    #[test]
    fn a_component_has_so_many_names_however_many_instances_it_had() {
        let mut figures = Figures::default();
        for instance in 0..10 {
            for n in 0..NAMES {
                figures.count(&format!("count-{instance}-{n}"), 1);
                figures.gauge(&format!("gauge-{instance}-{n}"), instance, 1.0);
            }
        }
        assert_eq!(figures.sums().len(), NAMES);
        figures.count("count-0-0", 2);
        assert_eq!(figures.sums().get("count-0-0"), Some(&3.0));
    }

    #[test]
    fn a_gauge_that_is_unset_makes_room() {
        let mut figures = Figures::default();
        for n in 0..NAMES {
            figures.gauge(&n.to_string(), 1, 1.0);
        }
        figures.gauge("0", 1, f64::NAN);
        figures.gauge("another", 1, 7.0);
        assert_eq!(figures.sums().get("another"), Some(&7.0));
        assert_eq!(figures.sums().get("0"), None);
    }
}
