//! Asking before something is done that is hard to take back.

use std::io::IsTerminal as _;

use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::status::Status;

/// Whether to go on. Where nobody can answer, nobody is asked: scripts have said what
/// they want.
///
/// # Errors
/// If somebody presses Ctrl-C instead of answering.
pub(crate) async fn confirm(
    question: &str,
    console: &Console,
    interrupt: &Interrupt,
) -> Result<bool, Failure> {
    if !console.interactive || !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    console.write_stderr(format!("{question} [y/N] ").as_bytes());
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        // What cannot be read is not a yes.
        let _ = std::io::stdin().read_line(&mut answer);
        answer
    });
    tokio::select! {
        answer = answer => {
            let answer = answer.unwrap_or_default();
            Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
        }
        () = interrupt.requested() => {
            console.say("");
            Err(Failure::new(Status::Interrupted, "interrupted; nothing was changed"))
        }
    }
}
