//! Makes calls that a library of its host logs, one by one, when it is asked to.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        for n in 0..20_000 {
            wasip2::cli::environment::get_arguments();
            let _ = std::fs::File::open(format!("/{n}"));
        }
        Ok(nothing())
    }
}

hostile_guests::bolt!(Attack);
