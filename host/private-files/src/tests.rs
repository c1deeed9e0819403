#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::{chown, symlink};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::*;

/// Another user of the machine.
const SOMEBODY: u32 = 65_534;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & PERMISSIONS
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A folder of this mode.
fn with_mode(temp: &TempDir, name: &str, mode: u32) -> PathBuf {
    let path = temp.path().join(name);
    fs::create_dir(&path).unwrap();
    set_mode(&path, mode);
    path
}

fn refused<T>(result: io::Result<T>, words: &[&str]) {
    let error = result.map(drop).unwrap_err();
    assert!(Exposed::is(&error), "{error}");
    for word in words {
        assert!(error.to_string().contains(word), "`{word}`: {error}");
    }
}

/// Gives it to somebody else; `None` if this user may not.
fn give_away(path: &Path) -> Option<()> {
    if user::me() != 0 {
        eprintln!("not tried: only root can give files away");
        return None;
    }
    std::os::unix::fs::lchown(path, Some(SOMEBODY), None).unwrap();
    Some(())
}

/// Runs a test of this file in a process of its own, under another umask.
fn under_umask(umask: &str, test: &str, place: &Path) {
    let output = Command::new("sh")
        .args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", &format!("tests::{test}")])
        .env("STORMCELL_PLACE", place)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Run by [`whatever_the_umask_is_only_the_owner_gets_in`].
#[test]
#[ignore = "part of another test"]
fn makes_a_folder_and_a_file() {
    let path = PathBuf::from(std::env::var_os("STORMCELL_PLACE").unwrap()).join("a/b");
    folder(&path).unwrap();
    let options = OpenOptions::new().write(true).create(true).clone();
    open(&options, &path.join("file")).unwrap();
    check(&path.join("file")).unwrap();
    // What is there stays usable.
    folder(&path).unwrap();
}

#[test]
fn whatever_the_umask_is_only_the_owner_gets_in() {
    for umask in ["000", "002", "022", "077", "777"] {
        let temp = place();
        under_umask(umask, "makes_a_folder_and_a_file", temp.path());
        for (made, expected) in [("a", 0o700), ("a/b", 0o700), ("a/b/file", 0o600)] {
            let path = temp.path().join(made);
            assert_eq!(mode(&path), expected, "{made} under umask {umask}");
        }
    }
}

#[test]
fn a_folder_that_others_could_use_is_closed_to_them() {
    let temp = place();
    for before in [0o777, 0o755, 0o770, 0o701, 0o1777] {
        let path = with_mode(&temp, &format!("{before:o}"), before);
        folder(&path).unwrap();
        assert_eq!(mode(&path), before & !OTHERS);
    }
    // The owner is given nothing that it did not have.
    let path = with_mode(&temp, "read-only", 0o555);
    folder(&path).unwrap();
    assert_eq!(mode(&path), 0o500);
}

#[test]
fn a_file_that_others_could_use_is_closed_to_them() {
    let temp = place();
    let path = temp.path().join("file");
    fs::write(&path, "what is in it stays").unwrap();
    for before in [0o666, 0o644, 0o660, 0o601] {
        set_mode(&path, before);
        check(&path).unwrap();
        assert_eq!(mode(&path), before & !OTHERS);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "what is in it stays");
}

#[test]
fn a_secret_that_others_could_have_read_is_refused() {
    let temp = place();
    let path = temp.path().join("key");
    fs::write(&path, "key").unwrap();
    for exposed in [0o604, 0o640, 0o602, 0o777] {
        set_mode(&path, exposed);
        let named = format!("mode {exposed:03o}");
        refused(secret(&path), &["key", &named, "chmod 600"]);
        assert_eq!(mode(&path), exposed, "it is left as it is");
    }
    set_mode(&path, 0o400);
    secret(&path).unwrap();
}

#[test]
fn what_belongs_to_another_user_is_refused() {
    let temp = place();
    let path = with_mode(&temp, "compiled", 0o700);
    let file = temp.path().join("key");
    fs::write(&file, "key").unwrap();
    if give_away(&path).is_none() {
        return;
    }
    give_away(&file).unwrap();
    let words = ["compiled", "user 65534", "mode 700", "chown 0 "];
    refused(folder(&path), &words);
    refused(inner_folder(&path), &words);
    let words = ["key", "user 65534", "mode 644", "chown 0 "];
    set_mode(&file, 0o644);
    refused(check(&file), &words);
    refused(secret(&file), &words);
    refused(folder(&path.join("below")), &["compiled", "user 65534"]);
}

#[test]
fn a_folder_that_others_can_exchange_is_refused() {
    let temp = place();
    for (name, exposed) in [("others", 0o777), ("writable", 0o703), ("deep/a/b", 0o777)] {
        let top = temp.path().join(name.split('/').next().unwrap());
        fs::create_dir_all(temp.path().join(name)).unwrap();
        set_mode(&top, exposed);
        let named = format!("mode {exposed:03o}");
        let path = temp.path().join(name).join("data");
        refused(folder(&path), &[name, &named, "chmod go-w"]);
        assert!(!path.exists());
        // Below a project nobody looks.
        inner_folder(&path).unwrap();
    }
    // Only the owner can rename what is in a folder like /tmp.
    let sticky = with_mode(&temp, "sticky", 0o1777);
    folder(&sticky.join("data")).unwrap();
}

/// Users whose folders are writable for their group have a group of their own.
#[test]
fn the_group_of_this_user_is_this_user() {
    let temp = place();
    let path = with_mode(&temp, "group", 0o770);
    let group = fs::metadata(&path).unwrap().gid();
    let is_own = user::is_own_group(group);
    assert_eq!(folder(&path.join("data")).is_ok(), is_own, "group {group}");
    if user::me() == 0 {
        chown(&path, None, Some(SOMEBODY)).unwrap();
        refused(folder(&path.join("data")), &["group", "mode 770"]);
    }
}

#[test]
fn what_somebody_makes_above_it_in_the_meantime_is_noticed() {
    let temp = place();
    let sticky = with_mode(&temp, "sticky", 0o1777);
    let above = sticky.join("above");
    let made = || {
        fs::create_dir(&above).unwrap();
        set_mode(&above, 0o777);
    };
    refused(
        folder_while(&above.join("data"), made),
        &["above", "mode 777"],
    );
    fs::remove_dir_all(&above).unwrap();
    let made = || {
        fs::create_dir(&above).unwrap();
        give_away(&above);
    };
    let result = folder_while(&above.join("data"), made);
    if user::me() == 0 {
        refused(result, &["above", "user 65534"]);
    }
}

#[test]
fn a_link_is_followed_if_its_owner_is_trusted() {
    let temp = place();
    let target = with_mode(&temp, "target", 0o755);
    let link = temp.path().join("link");
    symlink(&target, &link).unwrap();
    folder(&link).unwrap();
    assert_eq!(mode(&target), 0o700);
    folder(&link.join("below")).unwrap();

    // Where it leads to counts as well.
    let open_to_all = with_mode(&temp, "open", 0o777);
    fs::create_dir(open_to_all.join("inner")).unwrap();
    let second = temp.path().join("second");
    symlink(open_to_all.join("inner"), &second).unwrap();
    refused(folder(&second), &["open", "mode 777"]);
    refused(folder(&second.join("below")), &["open", "mode 777"]);

    let circle = temp.path().join("circle");
    symlink(&circle, &circle).unwrap();
    assert!(folder(&circle).is_err());

    // One that another user has put in its place.
    if give_away(&link).is_some() {
        let words = ["symbolic link", "link", "user 65534"];
        refused(folder(&link), &words);
        refused(folder(&link.join("below")), &words);
        refused(inner_folder(&link), &words);
    }
}

#[test]
fn a_file_in_the_place_of_another_is_not_opened() {
    let temp = place();
    let file = temp.path().join("log");
    let target = temp.path().join("target");
    fs::write(&target, "precious").unwrap();
    symlink(&target, &file).unwrap();
    check(&file).unwrap();
    if give_away(&file).is_some() {
        refused(check(&file), &["symbolic link", "user 65534"]);
        let options = OpenOptions::new().append(true).create(true).clone();
        refused(open(&options, &file), &["symbolic link"]);
    }
    fs::remove_file(&file).unwrap();

    // Nobody writes to the other end.
    let made = Command::new("mkfifo").arg(&file).status().unwrap();
    assert!(made.success());
    refused(check(&file), &["log", "a FIFO"]);
    refused(check(temp.path()), &["a folder"]);
    refused(secret(Path::new("/dev/null")), &["/dev/null", "a device"]);
    let error = folder(&file).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
}

/// Its permissions are those of the machine.
#[test]
fn a_log_may_lead_to_a_device() {
    let temp = place();
    let log = temp.path().join("log");
    symlink("/dev/full", &log).unwrap();
    let before = mode(Path::new("/dev/full"));
    let options = OpenOptions::new().append(true).create(true).clone();
    open(&options, &log).unwrap();
    check(&log).unwrap();
    assert_eq!(mode(Path::new("/dev/full")), before);
    refused(secret(&log), &["log", "chmod 600"]);
    refused(check(Path::new("/dev/full")), &["a device"]);
    let error = folder(&log).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
}
