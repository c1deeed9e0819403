#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use stormcell_acking::WorkerIncarnation;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

fn worker(number: u32) -> Address {
    Address::Worker {
        topology: "word-count".to_owned(),
        worker: WorkerIncarnation { worker: 3, number },
    }
}

async fn talk(network: &UnixNetwork, at: Address) {
    let mut listener = network.listen(at.clone()).await.unwrap();
    let (near, far) = tokio::join!(network.connect(at), listener.accept());
    let (mut near, mut far) = (near.unwrap(), far.unwrap());
    near.write_all(b"hello").await.unwrap();
    let mut heard = [0; 5];
    far.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"hello");
}

fn kind<T>(result: io::Result<T>) -> io::ErrorKind {
    result.err().map(|error| error.kind()).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn supervisor_and_workers_can_be_reached() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    talk(&network, Address::Supervisor).await;
    talk(&network, worker(17)).await;
}

#[tokio::test]
async fn a_folder_too_long_for_a_socket_will_do() {
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("x".repeat(120)).join("y".repeat(120));
    let network = UnixNetwork::new(&long).unwrap();
    talk(&network, Address::Supervisor).await;
    talk(&network, worker(17)).await;
    // Exactly as long as it may be, and one more.
    for extra in [0, 1] {
        let room = MAX_PATH + extra - folder.path().as_os_str().len() - "//supervisor.sock".len();
        let folder = folder.path().join("z".repeat(room));
        let network = UnixNetwork::new(&folder).unwrap();
        let longest = folder.join("supervisor.sock").as_os_str().len();
        assert_eq!(longest, MAX_PATH + extra);
        talk(&network, Address::Supervisor).await;
    }
}

#[tokio::test]
async fn only_the_owner_can_connect() {
    let folder = tempfile::tempdir().unwrap();
    let sockets = folder.path().join("run");
    fs::create_dir(&sockets).unwrap();
    fs::set_permissions(&sockets, Permissions::from_mode(0o755)).unwrap();
    let network = UnixNetwork::new(&sockets).unwrap();
    let _listener = network.listen(worker(17)).await.unwrap();
    assert_eq!(mode(&sockets), 0o700);
    assert_eq!(mode(&sockets.join("word-count")), 0o700);
    assert_eq!(mode(&sockets.join("word-count/3.17")), 0o600);
}

#[tokio::test]
async fn nobody_listening_is_told_apart_from_other_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    let none = network.connect(worker(1)).await;
    assert_eq!(kind(none), io::ErrorKind::NotFound);
    // What is left of a process that was killed: a file without a listener.
    let socket = folder.path().join("word-count/3.1");
    fs::create_dir_all(socket.parent().unwrap()).unwrap();
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert!(socket.exists());
    let stale = network.connect(worker(1)).await;
    assert_eq!(kind(stale), io::ErrorKind::ConnectionRefused);
    talk(&network, worker(1)).await;
    assert!(!socket.exists(), "removed by who listened");
}

#[tokio::test]
async fn sockets_of_earlier_incarnations_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    let sockets = folder.path().join("word-count");
    fs::create_dir(&sockets).unwrap();
    for left in ["3.9", "3.16", "3.18", "4.1", "33.1", "3.x"] {
        fs::write(sockets.join(left), "").unwrap();
    }
    let _listener = network.listen(worker(17)).await.unwrap();
    let left = fs::read_dir(&sockets).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["3.17", "3.18", "3.x", "33.1", "4.1"]);
}

#[tokio::test]
async fn a_listener_that_goes_leaves_a_later_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    let earlier = network.listen(Address::Supervisor).await.unwrap();
    let later = network.listen(Address::Supervisor).await.unwrap();
    drop(earlier);
    assert!(network.connect(Address::Supervisor).await.is_ok());
    drop(later);
    assert!(network.connect(Address::Supervisor).await.is_err());
}

#[tokio::test]
async fn a_topology_cannot_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    for name in ["", "..", "a/b", "/etc"] {
        let address = Address::Worker {
            topology: name.to_owned(),
            worker: WorkerIncarnation {
                worker: 0,
                number: 1,
            },
        };
        let refused = network.listen(address.clone()).await;
        assert_eq!(kind(refused), io::ErrorKind::InvalidInput, "{name}");
        let refused = network.connect(address).await;
        assert_eq!(kind(refused), io::ErrorKind::InvalidInput, "{name}");
    }
}

#[tokio::test]
async fn an_error_names_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    let error = network.connect(worker(17)).await.err().unwrap().to_string();
    assert!(error.contains("cannot connect to "), "{error}");
    assert!(error.contains("word-count/3.17: "), "{error}");
}

/// Another user of the machine.
const SOMEBODY: u32 = 65_534;

/// Runs a test of this file in a process of another user; `None`: this user may not.
fn as_somebody(test: &str, socket: &Path) -> Option<std::process::Command> {
    use std::os::unix::process::CommandExt as _;
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried: only root can be another user");
        return None;
    }
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("network::unix::tests::{test}"))
        .env("STORMCELL_SOCKET", socket)
        .uid(SOMEBODY)
        .gid(SOMEBODY);
    Some(command)
}

/// Lets everybody in.
fn open_to_all(folders: &[&Path], socket: Option<&Path>) {
    for folder in folders {
        fs::set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
    }
    if let Some(socket) = socket {
        fs::set_permissions(socket, Permissions::from_mode(0o666)).unwrap();
    }
}

/// Run by [`another_user_is_not_heard`]: says what came of connecting.
#[test]
#[ignore = "part of another test"]
fn connects_and_speaks() {
    use std::io::{Read as _, Write as _};
    let socket = std::env::var_os("STORMCELL_SOCKET").unwrap();
    let mut stream = match std::os::unix::net::UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) => return println!("not let in: {:?}", error.kind()),
    };
    // What a frame begins with that has four gigabytes.
    let _ = stream.write_all(&[0xff; 64]);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    println!("cut off after {} bytes", answer.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_user_is_not_heard() {
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    let mut listener = network.listen(worker(17)).await.unwrap();
    let sockets = folder.path().join("word-count");
    let socket = sockets.join("3.17");
    let Some(mut somebody) = as_somebody("connects_and_speaks", &socket) else {
        return;
    };
    let said = String::from_utf8(somebody.output().unwrap().stdout).unwrap();
    assert!(said.contains("not let in: PermissionDenied"), "{said}");

    // Whatever has let him in, the kernel says who he is.
    open_to_all(&[folder.path(), &sockets], Some(&socket));
    let heard = tokio::spawn(async move { listener.accept().await.map(|_| listener) });
    let said = tokio::task::spawn_blocking(move || somebody.output().unwrap().stdout);
    let said = String::from_utf8(said.await.unwrap()).unwrap();
    assert!(said.contains("cut off after 0 bytes"), "{said}");
    assert!(!heard.is_finished(), "a stranger was let in");
    // The next one is.
    let _near = network.connect(worker(17)).await.unwrap();
    assert!(heard.await.unwrap().is_ok());
}

/// Run by [`another_user_is_not_spoken_to`].
#[test]
#[ignore = "part of another test"]
fn listens() {
    use std::io::Read as _;
    let socket = std::env::var_os("STORMCELL_SOCKET").unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    println!("it listens");
    // Until the other test has ended.
    let _ = std::io::stdin().read(&mut [0]);
}

#[tokio::test]
async fn another_user_is_not_spoken_to() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let network = UnixNetwork::new(folder.path()).unwrap();
    open_to_all(&[folder.path()], None);
    let socket = folder.path().join("supervisor.sock");
    let Some(mut somebody) = as_somebody("listens", &socket) else {
        return;
    };
    let somebody = somebody.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut somebody = somebody.spawn().unwrap();
    // Open until it has ended: what it prints last has a reader.
    let mut said = BufReader::new(somebody.stdout.take().unwrap()).lines();
    let listens = said
        .by_ref()
        .map(Result::unwrap)
        .any(|line| line.ends_with("it listens"));
    assert!(listens);
    let refused = network.connect(Address::Supervisor).await.err().unwrap();
    assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    let text = refused.to_string();
    assert!(text.contains("user 65534 (process "), "{text}");
    assert!(text.contains("supervisor.sock"), "{text}");
    drop(somebody.stdin.take());
    assert!(somebody.wait().unwrap().success());
}
