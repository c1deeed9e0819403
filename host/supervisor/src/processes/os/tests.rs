#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

use stormcell_worker::Lock;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;

/// Everything in these tests happens within this time, or never.
const PATIENCE: Duration = Duration::from_secs(30);

const WORKER: WorkerIncarnation = WorkerIncarnation {
    worker: 3,
    number: 17,
};

/// A worker of these tests, as a process of its own: what it does is the name of its
/// topology. It ends when the folder of the test is gone.
#[tokio::test]
#[ignore = "other tests run it as a process of its own"]
async fn stand_in() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let Some(topology) = after("--topology") else {
        return;
    };
    let data = DataDir::new(after("--data").unwrap());
    let worker: u32 = after("--worker").unwrap().parse().unwrap();
    let incarnation = after("--incarnation").unwrap().parse().unwrap();
    if topology == "fails" {
        let _ = writeln!(std::io::stderr(), "it cannot be done");
        std::process::exit(3);
    }
    let path = data.worker_lock(&topology, worker);
    let _lock = Lock::take(&path, incarnation).await.unwrap();
    while path.exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn processes(data: &DataDir) -> OsProcesses {
    let arguments = [
        "--ignored",
        "--exact",
        "--nocapture",
        "--",
        "processes::os::tests::stand_in",
    ];
    let program = std::env::current_exe().unwrap();
    OsProcesses::of_program(data.clone(), program, arguments.map(OsString::from).into())
}

type Exits = UnboundedReceiver<(WorkerIncarnation, String)>;

fn exits() -> (Exited, Exits) {
    let (sender, receiver) = unbounded_channel();
    let exited = Box::new(move |worker, reason| sender.send((worker, reason)).unwrap());
    (exited, receiver)
}

async fn exit(exits: &mut Exits) -> (WorkerIncarnation, String) {
    tokio::time::timeout(PATIENCE, exits.recv())
        .await
        .expect("it ends")
        .expect("it is told once")
}

/// Waits until the worker holds its lock.
fn wait_for_lock(data: &DataDir, topology: &str) -> Holder {
    let begin = Instant::now();
    loop {
        if let Ok(Some(holder)) = holder(&data.worker_lock(topology, WORKER.worker)) {
            return holder;
        }
        assert!(begin.elapsed() < PATIENCE, "nobody holds the lock");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn a_process_is_started_in_a_group_of_its_own_and_ended() {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    let processes = processes(&data);
    let (exited, mut told) = exits();
    let pid = processes.start("holds", 1, WORKER, exited).unwrap();
    let holder = wait_for_lock(&data, "holds");
    assert_eq!((holder.pid, holder.incarnation), (pid, WORKER.number));
    assert_eq!(processes.locks("holds").unwrap(), [WORKER.worker]);
    assert_eq!(processes.locks("other").unwrap(), [0; 0]);
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let group = stat.rsplit(") ").next().unwrap().split(' ').nth(2).unwrap();
    assert_eq!(group, pid.to_string());

    // Another run of the worker is not known, so nothing happens to this one.
    let number = WORKER.number + 1;
    processes
        .end("holds", WorkerIncarnation { number, ..WORKER })
        .unwrap();
    assert!(told.try_recv().is_err());

    processes.end("holds", WORKER).unwrap();
    let (worker, reason) = exit(&mut told).await;
    assert_eq!(worker, WORKER);
    assert!(reason.contains("the supervisor ended it"), "{reason}");
    let (exited, _) = exits();
    let found = processes.adopt("holds", WORKER.worker, exited).unwrap();
    assert_eq!(found, None, "the lock is free");
    processes.end("holds", WORKER).unwrap();
}

/// A peer noticed first, and the supervisor was taken for who ended it: also while the
/// process is still on its way out.
#[tokio::test]
async fn who_ended_a_process_is_told_though_it_is_ended_once_more() {
    for gone in [true, false] {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::new(temp.path());
        let processes = processes(&data);
        let (exited, mut told) = exits();
        let pid = processes.start("holds", 1, WORKER, exited).unwrap();
        wait_for_lock(&data, "holds");
        let process = Pid::from_raw(pid.try_into().unwrap()).unwrap();
        let handle = pidfd_open(process, PidfdFlags::empty()).unwrap();
        rustix::process::kill_process(process, Signal::KILL).unwrap();
        // Nobody waits for it meanwhile: this thread is the only one.
        while gone && is_there(&handle) {
            std::thread::yield_now();
        }
        processes.end("holds", WORKER).unwrap();
        processes.end("holds", WORKER).unwrap();
        let (_, reason) = exit(&mut told).await;
        assert!(
            reason.contains("signal 9 (SIGKILL), not by stormcell"),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn why_a_process_ended_is_told() {
    let temp = tempfile::tempdir().unwrap();
    let processes = processes(&DataDir::new(temp.path()));
    let (exited, mut told) = exits();
    processes.start("fails", 1, WORKER, exited).unwrap();
    let (_, reason) = exit(&mut told).await;
    assert!(reason.contains("exited with status 3"), "{reason}");
    assert!(reason.contains("it cannot be done"), "{reason}");
}

#[tokio::test]
async fn a_program_that_is_missing_is_not_started() {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    let missing = temp.path().join("missing");
    let processes = OsProcesses::of_program(data, missing, Vec::new());
    let (exited, mut told) = exits();
    processes.start("holds", 1, WORKER, exited).unwrap_err();
    assert_eq!(told.recv().await, None, "nothing ends that was not started");
}

#[test]
fn a_process_of_an_earlier_supervisor_is_taken_over() {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let earlier = runtime();
    let (exited, mut told) = exits();
    let pid = earlier
        .block_on(async { processes(&data).start("holds", 1, WORKER, exited) })
        .unwrap();
    wait_for_lock(&data, "holds");
    drop(earlier);
    assert!(told.try_recv().is_err(), "it goes on");

    runtime().block_on(async {
        let processes = processes(&data);
        let (exited, mut told) = exits();
        let found = processes.adopt("holds", WORKER.worker, exited).unwrap();
        let worker = WORKER;
        assert_eq!(found, Some(Found { worker, pid }));
        let (again, _) = exits();
        processes
            .adopt("holds", WORKER.worker, again)
            .expect_err("it is known");
        assert!(told.try_recv().is_err(), "it is alive");
        processes.end("holds", WORKER).unwrap();
        let (worker, _) = exit(&mut told).await;
        assert_eq!(worker, WORKER);
        let (exited, _) = exits();
        let found = processes.adopt("holds", WORKER.worker, exited).unwrap();
        assert_eq!(found, None);
    });
}

#[tokio::test]
async fn what_a_lock_file_says_is_not_believed_of_just_any_process() {
    let temp = tempfile::tempdir().unwrap();
    let data = DataDir::new(temp.path());
    let processes = processes(&data);
    let path = data.worker_lock("any", WORKER.worker);
    std::fs::create_dir_all(data.topology("any")).unwrap();
    let mut bystander = Command::new("sleep").arg("60").spawn().unwrap();
    let says = format!("{{\"pid\":{},\"incarnation\":17}}", bystander.id());
    let adopt = || {
        let (exited, _) = exits();
        processes.adopt("any", WORKER.worker, exited)
    };

    std::fs::write(&path, &says).unwrap();
    assert_eq!(adopt().unwrap(), None, "nobody holds it, whatever it says");

    let lock = File::open(&path).unwrap();
    lock.lock().unwrap();
    let refused = adopt().unwrap_err().to_string();
    assert!(refused.contains("does not have it open"), "{refused}");
    processes.end("any", WORKER).unwrap();
    assert!(bystander.try_wait().unwrap().is_none(), "it was not ended");

    for text in [
        "",
        "{",
        "{\"pid\":0,\"incarnation\":1}",
        "{\"pid\":4294967295,\"incarnation\":1}",
    ] {
        std::fs::write(&path, text).unwrap();
        let refused = adopt().unwrap_err().to_string();
        assert!(refused.contains("not known by whom"), "{text}: {refused}");
    }
    lock.unlock().unwrap();
    assert_eq!(adopt().unwrap(), None);
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}
