//! The machine on which something was measured.

use std::fs;

use serde::Serialize;

/// The machine, as far as it says what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// The model of its processors.
    pub cpu: Option<String>,
    /// How many threads this process may run at once.
    pub cores: Option<usize>,
    /// Its memory, MiB.
    pub memory_mib: Option<u64>,
    /// The operating system and its version.
    pub os: Option<String>,
    /// The kernel and its version.
    pub kernel: String,
    /// How many processes wanted to run, on the average of the last minute, when the
    /// benchmark began.
    pub load: Option<f64>,
}

impl Machine {
    /// This machine, now.
    pub fn this() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        Self {
            cpu: field(&read("/proc/cpuinfo"), "model name", ':'),
            cores: std::thread::available_parallelism().ok().map(Into::into),
            memory_mib: field(&read("/proc/meminfo"), "MemTotal", ':')
                .and_then(|total| total.strip_suffix(" kB")?.parse::<u64>().ok())
                .map(|kib| kib / 1024),
            os: field(&read("/etc/os-release"), "PRETTY_NAME", '='),
            kernel: format!(
                "{} {}",
                read("/proc/sys/kernel/ostype").trim(),
                read("/proc/sys/kernel/osrelease").trim()
            ),
            load: read("/proc/loadavg")
                .split_whitespace()
                .next()
                .and_then(|load| load.parse().ok()),
        }
    }

    /// In one line: processor, cores, memory, system and load.
    pub fn line(&self) -> String {
        let cores = self.cores.map(|cores| format!("{cores} cores"));
        // As it is sold: a part of it is the kernel's.
        let memory = self
            .memory_mib
            .map(|mib| format!("{} GiB", mib.div_ceil(1024)));
        let load = self.load.map(|load| format!("load {load}"));
        let kernel = Some(self.kernel.clone());
        [
            self.cpu.clone(),
            cores,
            memory,
            self.os.clone(),
            kernel,
            load,
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
    }
}

/// The value of the first line that begins with a name, without quotation marks.
fn field(text: &str, name: &str, separator: char) -> Option<String> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(separator)?;
        (found.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_what_is_known() {
        let machine = Machine {
            cpu: Some("A CPU".to_owned()),
            cores: Some(2),
            memory_mib: Some(24_085),
            os: None,
            kernel: "Linux 6.1".to_owned(),
            load: Some(0.25),
        };
        assert_eq!(
            machine.line(),
            "A CPU, 2 cores, 24 GiB, Linux 6.1, load 0.25"
        );
        assert!(Machine::this().cores.is_some());
    }

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let text = "NAME=\"Debian\"\nPRETTY_NAME=\"Debian 12\"\n";
        assert_eq!(
            field(text, "PRETTY_NAME", '='),
            Some("Debian 12".to_owned())
        );
        assert_eq!(field(text, "PRETTY", '='), None);
    }
}
