//! A network of its own for an attack on the network: nothing leaves the machine, and
//! every address that is forbidden is there, with somebody who counts who comes.
//!
//! The test runs itself again in a process with a user and a network namespace, which it
//! needs no rights for (`unshare`). In there only the loopback interface is up. The
//! addresses are those of a dummy interface or, where the kernel has none, of the loopback
//! interface (`ip`).

mod listeners;
mod names;
mod servers;

use std::process::{Command, Output};
use std::{env, fs};

use listeners::Listeners;
pub(crate) use names::NAMES;
pub(crate) use servers::Public;

use crate::scene;

/// Set in the process that has a network of its own.
const INSIDE: &str = "STORMCELL_HOSTILE_INSIDE";

/// Set by who runs the suite where there are no namespaces.
const SKIP: &str = "STORMCELL_HOSTILE_NO_NETWORK";

/// The server that may be called. Its address is one of the public Internet, and in the
/// namespace of this machine.
pub(crate) const PUBLIC: &str = "198.51.101.10";

/// Addresses that nobody may reach who was not granted them.
const FORBIDDEN: [&str; 8] = [
    "127.0.0.1",
    "::1",
    "10.0.0.1",
    "100.64.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "fd00:ec2::254",
];

/// Plays an attack, whose test is this, in a network of its own. Nobody comes to where it
/// is forbidden. Returns at once in the process without it.
pub(crate) fn in_own_network(test: &str, play: impl FnOnce(&Public)) {
    if env::var_os(INSIDE).is_none() {
        return outside(test);
    }
    addresses();
    let forbidden = Listeners::start(&FORBIDDEN);
    forbidden.can_be_reached();
    let public = Public::start(PUBLIC);
    play(&public);
    forbidden.nobody_came();
}

/// Runs the test in a network of its own, and says what it said.
fn outside(test: &str) {
    if env::var_os(SKIP).is_some() {
        println!("{test} is skipped: {SKIP} is set");
        return;
    }
    // Attacks are played one after the other, in whichever process.
    let _stage = scene::stage();
    let mut command = Command::new("unshare");
    command
        .args(isolation())
        .arg("--")
        .arg(env::current_exe().unwrap())
        .args(["--exact", &format!("hostile::{test}"), "--nocapture"])
        .env(INSIDE, "1")
        // The guests have been built, and nothing can be fetched.
        .env("CARGO_NET_OFFLINE", "true");
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    println!("{stdout}");
    assert!(status.success(), "in its own network, {status}: {stderr}");
    assert!(stdout.contains("1 passed"), "{test} was not run: {stdout}");
}

/// What `unshare` is told, on this machine.
fn isolation() -> &'static [&'static str] {
    const WITHOUT_RIGHTS: &[&str] = &["--user", "--map-root-user", "--net"];
    const AS_ROOT: &[&str] = &["--net"];
    let works = |arguments: &[&str]| {
        let tried = Command::new("unshare").args(arguments).arg("true").output();
        tried.is_ok_and(|output| output.status.success())
    };
    [WITHOUT_RIGHTS, AS_ROOT]
        .into_iter()
        .find(|arguments| works(arguments))
        .unwrap_or_else(|| {
            panic!(
                "attacks on the network are only played in a network namespace, and `unshare` \
                 (util-linux) makes none here: allow user namespaces \
                 (kernel.unprivileged_userns_clone=1, \
                 kernel.apparmor_restrict_unprivileged_userns=0, user.max_user_namespaces), or \
                 run the suite as root; {SKIP}=1 skips these attacks"
            )
        })
}

/// Brings up the loopback interface, which is the only one there is, and gives this
/// machine all addresses.
fn addresses() {
    let links = fs::read_to_string("/proc/net/dev").unwrap();
    let up = links
        .lines()
        .skip(2)
        .filter_map(|line| line.split(':').next());
    for link in up.map(str::trim) {
        assert_eq!(link, "lo", "this is not a network of its own");
    }
    ip(&["link", "set", "lo", "up"]).unwrap();
    let added = ip(&["link", "add", "forbidden", "type", "dummy"])
        .and_then(|()| ip(&["link", "set", "forbidden", "up"]));
    let link = match added {
        Ok(()) => "forbidden",
        Err(_) => "lo",
    };
    let local = ["127.0.0.1", "::1"];
    for address in FORBIDDEN.into_iter().chain([PUBLIC]) {
        if !local.contains(&address) {
            // What is new has no other machine that might have it, too.
            let arguments: &[&str] = match address.contains(':') {
                true => &["addr", "add", address, "dev", link, "nodad"],
                false => &["addr", "add", address, "dev", link],
            };
            ip(arguments).unwrap();
        }
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("ip").args(arguments).output();
    let output = output.map_err(|error| format!("`ip` (iproute2) is needed: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "ip {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
