//! Compiler processes that do not behave; shells stand for them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use super::*;

/// What comes of a compiler process that runs these commands.
async fn run(script: &str, time: Duration) -> Result<Vec<u8>, Failure> {
    let process = CompilerProcess {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), script.into()],
        limits: CompileLimits {
            time,
            ..CompileLimits::default()
        },
    };
    // More than a pipe holds: nobody may have to read it.
    compile(&process, &[0; 32], &[7; 1 << 20]).await
}

const LONG: Duration = Duration::from_secs(60);

async fn broken(script: &str) -> String {
    match run(script, LONG).await {
        Err(Failure::Broken(how)) => how,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_whole_answer_is_taken() {
    let code = run(r"printf 'C\004\0\0\0\0\0\0\0code'", LONG).await;
    assert_eq!(code.unwrap(), b"code");
    let invalid = run(r"printf 'I\003\0\0\0\0\0\0\0why'", LONG).await;
    assert!(matches!(invalid, Err(Failure::Invalid(why)) if why == "why"));
    let memory = run(r"printf 'M\0\0\0\0\0\0\0\0'", LONG).await;
    assert!(matches!(memory, Err(Failure::Memory(_))));
    assert_eq!(broken(r"printf 'U\002\0\0\0\0\0\0\0no'").await, "no");
}

#[tokio::test]
async fn code_that_is_cut_off_is_not_taken() {
    for script in [
        r"printf 'C\005\0\0\0\0\0\0\0code'",
        r"printf 'C\005\0'",
        // More than the process could have held.
        r"printf 'C\0\0\0\0\0\0\0\100code'",
        r"printf 'X\004\0\0\0\0\0\0\0code'",
        "exit 0",
    ] {
        let how = broken(script).await;
        assert!(how.contains("exit status: 0"), "{script}: {how}");
    }
}

#[tokio::test]
async fn how_it_ended_is_told() {
    let how = broken("echo out of luck >&2; exit 3").await;
    assert!(how.ends_with("exit status: 3: out of luck"), "{how}");
    let how = broken("kill -SEGV $$").await;
    assert!(how.contains("SIGSEGV"), "{how}");
    let how = broken("kill -KILL $$").await;
    assert!(how.contains("perhaps for want of memory"), "{how}");
    let how = broken("seq 100000 >&2; exit 3").await;
    assert!(how.contains("exit status: 3: 1\n2"), "{how}");
    assert!(how.len() < 5_000, "{}", how.len());
}

#[tokio::test]
async fn what_went_over_a_limit_says_which() {
    let time = run("kill -XCPU $$", LONG).await;
    assert!(matches!(time, Err(Failure::Time(usage)) if usage.time >= LONG));
    let memory = run(
        "echo memory allocation of 5 bytes failed >&2; kill -ABRT $$",
        LONG,
    );
    assert!(matches!(memory.await, Err(Failure::Memory(_))));
}

#[tokio::test]
async fn one_that_does_not_end_is_killed() {
    let ended = run("exec sleep 1000", Duration::from_millis(10)).await;
    assert!(matches!(ended, Err(Failure::Time(_))));
}

#[tokio::test]
async fn one_that_is_not_wanted_any_more_is_killed() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("pid");
    let script = format!("echo $$ > {}; exec sleep 1000", file.display());
    let compiling = run(&script, LONG);
    let read = async {
        loop {
            let pid = std::fs::read_to_string(&file).unwrap_or_default();
            match pid.trim().parse::<u32>() {
                Ok(pid) => break pid,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let pid = tokio::select! {
        ended = compiling => panic!("{ended:?}"),
        pid = read => pid,
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), async {
        while std::fs::read_to_string(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.contains("sleep"))
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let process = CompilerProcess {
        program: "no/such/program".into(),
        arguments: Vec::new(),
        limits: CompileLimits::default(),
    };
    let missing = compile(&process, &[0; 32], b"").await;
    assert!(matches!(missing, Err(Failure::Start(_))), "{missing:?}");
}
