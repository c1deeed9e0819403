//! What counts depend on beside the code that is counted.

use std::process::Command;

use crate::error::Error;

/// The versions that counts were taken with, for people: a difference explains why all
/// paths changed at once.
pub(crate) fn describe() -> String {
    let versions = [
        ("rustc", "-V"),
        ("valgrind", "--version"),
        ("ldd", "--version"),
    ];
    versions
        .map(|(program, option)| first_line(program, option))
        .join("; ")
}

fn first_line(program: &str, option: &str) -> String {
    let output = Command::new(program).arg(option).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    match text.as_deref().ok().and_then(|text| text.lines().next()) {
        Some(line) if !line.is_empty() => line.to_owned(),
        _ => format!("{program} of an unknown version"),
    }
}

/// Valgrind shows programs a processor of its own, but with no more than the real one
/// has: with AVX2, all look alike.
///
/// # Errors
/// If this processor has less, or is another.
pub(crate) fn check_processor() -> Result<(), Error> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return Ok(());
    }
    let without = if cfg!(target_arch = "x86_64") {
        " without AVX2"
    } else {
        ""
    };
    Err(Error::Processor(format!(
        "{}{without}",
        std::env::consts::ARCH
    )))
}
