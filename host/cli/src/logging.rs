//! Log lines of the host and of components, on standard error.

use std::io;

use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;

use crate::console::Console;

/// Sets up logging. `RUST_LOG` wins over `-v` and `-q`; without any of them,
/// warnings of the host and what components log from `info` on are shown.
pub(crate) fn init(console: &Console) {
    let default = match (console.quiet, console.verbose) {
        (true, _) => "error",
        (_, 0) => "warn,component=info",
        (_, 1) => "info,stormcell=debug,component=debug",
        (_, 2) => "debug,component=trace",
        (_, _) => "trace",
    };
    let (filter, asked) = match std::env::var("RUST_LOG") {
        Ok(directives) if !directives.is_empty() => {
            let filter = EnvFilter::builder()
                .with_default_directive(LevelFilter::WARN.into())
                .parse_lossy(&directives);
            (filter, directives)
        }
        // Who wants to see that much wants to see libraries, too.
        _ => {
            let asked = if console.verbose > 1 { default } else { "" };
            (EnvFilter::builder().parse_lossy(default), asked.to_owned())
        }
    };
    let output = tracing_subscriber::fmt::layer()
        .with_ansi(console.colour)
        .with_target(false)
        .with_writer(AboveProgress(console.clone()));
    stormcell_logging::start(filter, &asked, output);
}

/// Writes each line above the progress on the terminal.
struct AboveProgress(Console);

impl<'a> MakeWriter<'a> for AboveProgress {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(&self.0)
    }
}

/// Takes a whole line at a time, as the subscriber writes it.
struct Line<'a>(&'a Console);

impl io::Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_stderr(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
