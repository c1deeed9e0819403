//! Where what the instance of one task says goes.

use std::sync::Arc;

use stormcell_sandbox::{LogLevel, TaskSink};

use crate::metrics::ComponentMetrics;
use crate::options::Output;

/// Adds to what a task says who says it.
pub(crate) struct Sink {
    pub(crate) component: String,
    pub(crate) task: u32,
    pub(crate) output: Arc<dyn Output>,
    pub(crate) metrics: Arc<ComponentMetrics>,
}

impl TaskSink for Sink {
    fn log(&self, level: LogLevel, message: &str) {
        self.output.log(&self.component, self.task, level, message);
    }

    fn logs_output(&self) -> bool {
        self.output.logs_output()
    }

    fn stdout(&self, bytes: &[u8]) {
        self.output.stdout(&self.component, self.task, bytes);
    }

    fn stderr(&self, bytes: &[u8]) {
        self.output.stderr(&self.component, self.task, bytes);
    }

    fn output_is_discarded(&self) {
        if self.metrics.is_first_to_discard_output() {
            let line = "what it prints is not shown: grant it `stdout: true` in the topology file \
                        to see it, or log it";
            self.log(LogLevel::Warn, line);
        }
    }

    fn count(&self, name: &str, increment: u32) {
        self.metrics.count(name, increment);
    }

    fn gauge(&self, name: &str, value: f64) {
        self.metrics.gauge(name, self.task, value);
    }
}
