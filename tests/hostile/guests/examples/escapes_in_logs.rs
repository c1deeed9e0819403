//! Logs a text that would take over the terminal of its reader.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        logging::log(
            logging::Level::Error,
            "\x1b[2J\x1b]0;mine\x07\r\u{9b}31mred\u{202e}\u{2028}\u{200f}",
        );
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
