//! The process that compiles the components of the suite.

use std::process::ExitCode;

fn main() -> ExitCode {
    match stormcell_sandbox::compile_component() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
