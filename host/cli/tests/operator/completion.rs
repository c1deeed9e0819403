//! Completion knows the names of what runs.

use std::fs;
use std::process::Command;

use crate::cluster::Cluster;
use crate::words;

/// Completes command lines as bash does when somebody presses the tab key: a line of
/// candidates for each.
const BASH: &str = r#"
source "$1"
_offer() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
    _stormcell "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[*]}"
}
cd "$2"
PATH="$3:$PATH"
_offer stormcell kill ""
_offer stormcell deploy words ""
_offer stormcell deploy words so
_offer stormcell logs words --component pr
_offer stormcell rebalance words --parallelism = so
_offer stormcell rebalance words --parallelism so
_offer stormcell li
_offer stormcell logs words --level st
"#;

#[test]
fn names_of_topologies_and_components_are_offered() {
    let cluster = Cluster::start();
    let file = words::file(&cluster);
    let file = file.to_str().unwrap();
    cluster.ask(&["submit", file, "--wait"]);
    cluster.ask(&["submit", file, "--wait", "--name", "words-2"]);

    // What every shell asks.
    let complete = |words: &[&str]| cluster.say(&[&["complete", "--"], words].concat());
    assert_eq!(complete(&["show", ""]).well(), "words\nwords-2\n");
    assert_eq!(complete(&["show", "words-"]).well(), "words-2\n");
    assert_eq!(
        complete(&["rollback", "words", ""]).well(),
        "print\nsource\n"
    );
    assert_eq!(complete(&["rollback", "nobody", ""]).well(), "");
    assert_eq!(complete(&["run", ""]).status, Some(1), "files belong here");

    let script = cluster.dir().join("completion.bash");
    fs::write(&script, cluster.say(&["completions", "bash"]).well()).unwrap();
    let client = cluster.command(&[]);
    let folder = std::path::Path::new(client.get_program()).parent().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", BASH, "bash"])
        .args([&script, cluster.dir(), folder])
        .env("STORMCELL_DATA", cluster.data());
    assert_eq!(
        cluster.run(&mut bash).well(),
        "\
words words-2
print source
source
print
source=
source=
list
stdout stderr
"
    );
    cluster.stop();
}
