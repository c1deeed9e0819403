//! `stormcell completions`: a completion script for a shell.

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde_json::json;

use crate::args::{Cli, CompletionsArgs};
use crate::output::CommandOutput;

/// What asks `stormcell complete` first, in bash. `=` and `:` part words there.
const BASH: &str = r#"_stormcell_live() {
    local found
    found="$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" || return 1
    COMPREPLY=( $(compgen -W "${found}" -- "${COMP_WORDS[COMP_CWORD]#=}") )
}

"#;

/// The same in zsh.
const ZSH: &str = r#"_stormcell_live() {
    local found
    found="$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)" || return 1
    [[ -z "${found}" ]] || compadd -- "${(@f)found}"
    return 0
}

"#;

/// The same in fish.
const FISH: &str = r#"
function __stormcell_live
    set -g __stormcell_found (stormcell complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
end
complete -c stormcell -n __stormcell_live -f -a '$__stormcell_found'
"#;

/// How the function begins that completes a command line, in bash and in zsh.
const BEGINNING: &str = "_stormcell() {\n";

/// The script.
pub(crate) fn run(args: &CompletionsArgs) -> CommandOutput {
    let script = script(args.shell);
    let json = json!({ "shell": args.shell.to_string(), "script": script });
    CommandOutput::ok(script, json)
}

/// What clap makes, which knows what can be typed, with what only a supervisor knows
/// put before it. In PowerShell and elvish there is only the former.
fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stormcell", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let before = |live: &str| {
        let hooked = format!("{live}{BEGINNING}    _stormcell_live && return 0\n");
        script.replacen(BEGINNING, &hooked, 1)
    };
    match shell {
        Shell::Bash => before(BASH),
        Shell::Zsh => before(ZSH),
        Shell::Fish => script + FISH,
        _ => script,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_names_come_first_where_the_shell_can() {
        for shell in [Shell::Bash, Shell::Zsh] {
            let script = script(shell);
            assert_eq!(script.matches("_stormcell_live && return 0").count(), 1);
            assert_eq!(script.matches("_stormcell_live() {").count(), 1);
        }
        assert!(script(Shell::Fish).contains("complete -c stormcell -n __stormcell_live"));
    }
}
