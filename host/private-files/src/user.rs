//! Who this process works for, and whom it has to trust.

/// The user of this process.
pub(crate) fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The group of this process. Where folders are made writable for their group by default,
/// each user has a group of its own, so what this group may write its user may.
pub(crate) fn my_group() -> u32 {
    rustix::process::getegid().as_raw()
}

/// Whether this user can be trusted: it is this one, or root.
pub(crate) fn is_friend(user: u32) -> bool {
    user == 0 || user == me() || is_outside(user)
}

/// Whether this is how users are shown who are not in the user namespace of this process,
/// as the root of the machine in a container without rights: what is theirs cannot be
/// changed from within.
fn is_outside(user: u32) -> bool {
    fn number(path: &str) -> Option<u32> {
        std::fs::read_to_string(path).ok()?.trim().parse().ok()
    }
    number("/proc/sys/kernel/overflowuid") == Some(user) && !knows_all_users()
}

/// Whether every user of the machine is a user here.
fn knows_all_users() -> bool {
    std::fs::read_to_string("/proc/self/uid_map")
        .is_ok_and(|map| map.split_ascii_whitespace().eq(["0", "0", "4294967295"]))
}
