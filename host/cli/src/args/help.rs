//! Arguments of the commands that help to use the others.

use std::ffi::OsString;

use clap::Args;

/// Explain the code of a diagnostic
///
/// Without a code, all codes are listed.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell explain SC0041
  stormcell explain")]
pub(crate) struct ExplainArgs {
    /// The code, as SC0041
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  stormcell completions bash > ~/.local/share/bash-completion/completions/stormcell
  stormcell completions zsh > ~/.zfunc/_stormcell
  stormcell completions fish > ~/.config/fish/completions/stormcell.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Say what could stand where somebody types, for completion scripts
///
/// The arguments are the words after `stormcell` up to the cursor, the last one as
/// far as it is typed. Prints a candidate a line. The exit status is 1 if nothing
/// that only a supervisor knows belongs there.
#[derive(Debug, Args)]
pub(crate) struct CompleteArgs {
    /// The words
    #[arg(
        value_name = "WORD",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) words: Vec<OsString>,
}
