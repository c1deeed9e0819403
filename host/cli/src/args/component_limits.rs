//! What component files may have and use before they run.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use stormcell_sandbox::{CompileLimits, Compiler, CompilerProcess, SandboxConfig};
use stormcell_topology::units::{Period, Size};

use super::values::{compile_memory, compile_time, size};

/// The hidden command with which this program compiles components.
pub(crate) const COMPILE_COMPONENT: &str = "compile-component";

/// Options of every command that loads components.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits of components")]
pub(crate) struct ComponentLimits {
    /// Bytes that a component file may have, as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true,
          default_value_t = Size::new(SandboxConfig::COMPONENT_SIZE))]
    component_size: Size,
    /// Computing time that compiling one may take, of all cores together
    ///
    /// Components are compiled once, by processes of their own. By the clock it may be
    /// ten times that.
    #[arg(long, value_name = "TIME", value_parser = compile_time, hide_short_help = true,
          default_value_t = Period::new(CompileLimits::default().time))]
    compile_time: Period,
    /// Memory that compiling one may take
    #[arg(long, value_name = "SIZE", value_parser = compile_memory, hide_short_help = true,
          default_value_t = Size::new(CompileLimits::default().memory))]
    compile_memory: Size,
}

impl ComponentLimits {
    /// A sandbox with these limits, which has components compiled by child processes.
    pub(crate) fn sandbox(&self) -> SandboxConfig {
        SandboxConfig {
            component_size: self.component_size.get(),
            compiler: Compiler::Child(CompilerProcess {
                limits: CompileLimits {
                    time: self.compile_time.get(),
                    memory: self.compile_memory.get(),
                },
                ..CompilerProcess::of_this_program([COMPILE_COMPONENT])
            }),
            ..SandboxConfig::default()
        }
    }

    /// The same, as arguments of another process.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        vec![
            format!("--component-size={}", self.component_size).into(),
            format!("--compile-time={}ms", self.compile_time.get().as_millis()).into(),
            format!("--compile-memory={}", self.compile_memory).into(),
        ]
    }
}

/// The least that `--compile-time` may be: it is counted in seconds.
pub(super) const LEAST_TIME: Duration = Duration::from_secs(1);
/// The least that `--compile-memory` may be: what the compiler takes for any component.
pub(super) const LEAST_MEMORY: u64 = 256 << 20;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        limits: ComponentLimits,
    }

    #[test]
    fn a_worker_gets_the_limits_of_its_supervisor() {
        let args = ["x", "--component-size", "1MiB", "--compile-time", "2m"];
        let limits = Only::try_parse_from(args).unwrap().limits;
        let sandbox = limits.sandbox();
        assert_eq!(sandbox.component_size, 1 << 20);
        let Compiler::Child(process) = &sandbox.compiler else {
            panic!("compiles here");
        };
        assert_eq!(process.limits.time, Duration::from_secs(120));
        assert_eq!(process.limits.memory, 4 << 30);
        let arguments = [OsString::from("x")].into_iter().chain(limits.arguments());
        let passed_on = Only::try_parse_from(arguments).unwrap().limits;
        assert_eq!(passed_on.sandbox(), sandbox);
    }

    #[test]
    fn what_nothing_can_be_compiled_with_is_refused() {
        for args in [
            ["x", "--compile-time", "999ms"],
            ["x", "--compile-memory", "1MiB"],
            ["x", "--component-size", "0B"],
            ["x", "--component-size", "12"],
        ] {
            assert!(Only::try_parse_from(args).is_err(), "{args:?}");
        }
    }
}
