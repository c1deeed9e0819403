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
