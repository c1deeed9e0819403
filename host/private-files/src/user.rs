//! Who this process works for, and whom it has to trust.

/// The user of this process.
pub(crate) fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether what a group may write nobody may but this user, and root. Where folders are made
/// writable for their group by default, each user has a group of its own.
pub(crate) fn is_own_group(group: u32) -> bool {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    group == 0
        || (group == rustix::process::getegid().as_raw()
            && is_of_one(group, me(), &read("/etc/passwd"), &read("/etc/group")))
}

/// Whether nobody is in a group but this user, by the files of users and of groups.
fn is_of_one(group: u32, user: u32, users: &str, groups: &str) -> bool {
    let users: Vec<(&str, u32, u32)> = users.lines().filter_map(entry).collect();
    // Of users that the files do not have, only such a number says it.
    let Some((name, ..)) = users.iter().find(|(_, number, _)| *number == user) else {
        return group == user;
    };
    let is_of_others = users
        .iter()
        .any(|(_, number, first)| *first == group && *number != user);
    let has_others = groups
        .lines()
        .filter(|line| line.split(':').nth(2) == Some(group.to_string().as_str()))
        .filter_map(|line| line.split(':').nth(3))
        .flat_map(|members| members.split(','))
        .any(|member| !member.trim().is_empty() && member.trim() != *name);
    !is_of_others && !has_others
}

/// A user's name, number, and the number of its first group.
fn entry(line: &str) -> Option<(&str, u32, u32)> {
    let mut fields = line.split(':');
    let name = fields.next()?;
    let number = fields.nth(1)?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some((name, number, group))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_a_user_s_own_if_nobody_else_is_in_it() {
        let users = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n\
                     bob:x:1001:100::/:/bin/sh\ncid:x:1002:100::/:/bin/sh\nbroken\n";
        let groups = "root:x:0:\nann:x:1000:\nusers:x:100:ann\nteam:x:50:ann,bob\nown:x:51:ann\n";
        let own = |group, user| is_of_one(group, user, users, groups);
        assert!(own(1000, 1000));
        assert!(own(51, 1000));
        // Others have it as their first group, or are listed.
        assert!(!own(100, 1000));
        assert!(!own(100, 1001));
        assert!(!own(50, 1000));
        // A user that is known elsewhere.
        assert!(own(7000, 7000));
        assert!(!own(20, 7000));
    }
}
