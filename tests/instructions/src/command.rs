//! The arguments of a program of hot paths.

use crate::error::Error;

/// What it is told to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Count paths and compare them with the baseline, or make it of them.
    Compare {
        /// The paths that begin with one of these; all of them if there is none.
        only: Vec<String>,
        /// Make what is counted the baseline.
        accept: bool,
    },
    /// Run one path: this is the process that is counted.
    Count(String),
    /// Load what paths need, so that it is in caches.
    Load,
}

impl Command {
    /// From the arguments without the name of the program.
    ///
    /// # Errors
    /// If one is not known.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, Error> {
        let (mut only, mut accept) = (Vec::new(), false);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--accept" => accept = true,
                // Cargo says it to each benchmark.
                "--bench" => {}
                "--load" => return Ok(Self::Load),
                "--count" => return Ok(Self::Count(arguments.next().unwrap_or_default())),
                option if option.starts_with('-') => return Err(Error::Argument(argument)),
                _ => only.push(argument),
            }
        }
        Ok(Self::Compare { only, accept })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn parse(line: &str) -> Result<Command, Error> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn everything_is_compared_if_nothing_is_said() {
        let all = |accept| Command::Compare {
            only: vec![],
            accept,
        };
        assert_eq!(parse("--bench").unwrap(), all(false));
        assert_eq!(parse("--accept --bench").unwrap(), all(true));
    }

    #[test]
    fn paths_are_chosen_by_the_beginning_of_their_names() {
        let expected = Command::Compare {
            only: vec!["acking/".to_owned(), "links/word".to_owned()],
            accept: true,
        };
        assert_eq!(
            parse("acking/ --accept links/word --bench").unwrap(),
            expected
        );
    }

    #[test]
    fn an_unknown_option_is_refused() {
        let error = parse("--acept").unwrap_err().to_string();
        assert!(error.contains("`--acept`"), "{error}");
    }
}
