//! The compiler process for programs that embed the sandbox and have no command of
//! their own for it (`stormcell_sandbox::CompilerProcess`). Not for people.
#![forbid(unsafe_code)]

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
