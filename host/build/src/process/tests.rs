#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Mutex;

use super::*;
use crate::progress::{Outcome, Phase, Progress, Silent};

const SH: Tool = Tool {
    program: "sh",
    why: "to run this test",
    install: "apt-get install dash",
    settings: Settings::None,
};

fn env(dir: &Path) -> BuildEnv {
    BuildEnv::open(dir, Cancel::default()).unwrap()
}

fn sh(env: &BuildEnv, script: &str) -> Invocation {
    Invocation::of(&SH, env).args(["-c", script])
}

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl Progress for Lines {
    fn started(&self, _: &Phase) {}
    fn output(&self, _: &Phase, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
    fn finished(&self, _: &Phase, _: Duration, _: Outcome) {}
}

#[test]
fn standard_output_is_returned_and_every_line_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let lines = Lines::default();
    let step = Step::start(&lines, "testing");
    let output = sh(&env(dir.path()), "echo one; echo two >&2; printf three")
        .run(Some(&step))
        .unwrap();
    assert_eq!(output, "one\nthree");
    let mut shown = lines.0.lock().unwrap().clone();
    shown.sort();
    assert_eq!(shown, ["one", "three", "two"]);
}

#[test]
fn a_failure_shows_the_command_the_status_and_the_last_lines() {
    let dir = tempfile::tempdir().unwrap();
    let script = "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; exit 3";
    let error = sh(&env(dir.path()), script).run(None).unwrap_err();
    let BuildError::Failed { status, output, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(status, "exit status: 3");
    assert_eq!(output.len(), SHOWN_LINES);
    assert_eq!(output.last().unwrap(), "line 99");
    let message = error.to_string();
    // An author looks for what went wrong, and only then for our command.
    assert!(
        message.starts_with("the build failed:\n  | line 40\n"),
        "{message}"
    );
    assert!(
        message.contains("\n  | line 99\n  (exit status: 3: sh -c 'i=0; while"),
        "{message}"
    );
}

#[test]
fn a_command_line_has_quotes_where_a_shell_needs_them() {
    let mut command = Command::new("echo");
    command.args(["plain", "", "two words", "it's", "$HOME"]);
    assert_eq!(
        command_line(&command),
        r"echo plain '' 'two words' 'it'\''s' '$HOME'"
    );
}

#[test]
fn text_that_is_not_utf8_is_shown_as_well_as_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let output = sh(&env(dir.path()), r"printf 'a\377b\n'")
        .run(None)
        .unwrap();
    assert_eq!(output, "a\u{fffd}b");
}

#[test]
fn a_missing_program_is_named_with_the_line_that_installs_it() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let env = env(dir.path()).with_search_path(&empty);
    let error = Invocation::of(&SH, &env).run(None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`sh` is not installed; it is needed to run this test\n  install it with: apt-get install dash"
    );
}

#[test]
fn a_tool_that_was_deleted_is_named_by_its_path() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tools/gone");
    let message = Invocation::at(&path, Settings::None, &env(dir.path()))
        .run(None)
        .unwrap_err()
        .to_string();
    assert!(message.contains("tools/gone"), "{message}");
    assert!(message.contains("installed again"), "{message}");
}

#[test]
fn a_cancelled_build_kills_what_the_program_started() {
    let dir = tempfile::tempdir().unwrap();
    let env = env(dir.path());
    let pid = dir.path().join("pid");
    // The shell waits for a child of its own, which would sleep for an hour.
    let script = format!(
        "sleep 3600 & echo $! > '{0}.part'; mv '{0}.part' '{0}'; wait",
        pid.display()
    );
    let cancel = env.cancel().clone();
    let run = std::thread::spawn({
        let env = env.clone();
        move || sh(&env, &script).run(None)
    });
    let child = loop {
        match std::fs::read_to_string(&pid) {
            Ok(text) => break text.trim().parse::<i32>().unwrap(),
            Err(_) => std::thread::yield_now(),
        }
    };
    cancel.cancel();
    let error = run.join().unwrap().unwrap_err();
    assert!(matches!(error, BuildError::Cancelled), "{error}");
    // Killed; whoever adopted it may not have collected it yet.
    while is_running(child) {
        std::thread::yield_now();
    }
    assert!(matches!(
        sh(&env, "true").run(Some(&Step::start(&Silent, "testing"))),
        Err(BuildError::Cancelled)
    ));
}

/// Whether a process exists that is not merely waiting to be collected.
fn is_running(pid: i32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat.contains(") Z "),
        Err(_) => rustix::process::Pid::from_raw(pid)
            .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok()),
    }
}

#[test]
fn a_program_gets_what_its_tool_needs_of_the_environment_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let variables = [
        ("PATH", "/usr/bin:/bin"),
        ("HOME", "/home/u"),
        ("PIP_INDEX_URL", "https://u:p@h"),
        ("STORMCELL_TOKEN", "t"),
        ("STORMCELL_SECRET_API", "s"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let env = env(dir.path()).with_variables(variables);
    let seen = sh(&env, "env").env("GIVEN", "yes").run(None).unwrap();
    let mut names: Vec<&str> = seen
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        // What shells set by themselves.
        .filter(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["GIVEN", "HOME", "PATH"]);
}

#[test]
fn a_program_has_no_file_open_that_this_process_inherited() {
    use std::os::fd::AsRawFd as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret");
    std::fs::write(&path, "secret").unwrap();
    let file = std::fs::File::open(&path).unwrap();
    // As one is that a shell has opened for this process.
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).unwrap();
    let script = format!("cat <&{} 2>/dev/null || echo closed; cat", file.as_raw_fd());
    let seen = sh(&env(dir.path()), &script).run(None).unwrap();
    assert_eq!(seen, "closed");
}

#[test]
fn a_line_that_does_not_end_is_cut_into_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("head -c {} /dev/zero | tr '\\0' x", LINE + 1);
    let output = sh(&env(dir.path()), &script).run(None).unwrap();
    let lengths: Vec<_> = output.lines().map(str::len).collect();
    assert_eq!(lengths, [usize::try_from(LINE).unwrap(), 1]);
}

#[test]
fn a_program_runs_where_everything_is_kept_unless_said_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let printed = sh(&env(&root), "pwd -P").run(None).unwrap();
    assert_eq!(Path::new(&printed), root);
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_cannot_read_what_its_environment_was_cleared_of_from_this_process() {
    use rustix::process::{DumpableBehavior, dumpable_behavior, geteuid};
    let dir = tempfile::tempdir().unwrap();
    let read = sh(&env(dir.path()), "cat /proc/$PPID/environ").run(None);
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    // Root may look into every process.
    assert!(geteuid().is_root() || read.is_err(), "{read:?}");
}
