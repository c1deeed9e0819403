//! How much memory this machine has for this process.

use std::path::Path;

/// The memory of the machine, or what the control groups of this process allow it, if
/// that is less: the default of what a worker may promise its tasks. `u64::MAX` where it
/// cannot be found out.
pub fn machine_memory() -> u64 {
    least(Path::new("/proc"), Path::new("/sys/fs/cgroup"))
}

fn least(proc: &Path, cgroups: &Path) -> u64 {
    let machine = std::fs::read_to_string(proc.join("meminfo")).ok();
    let machine = machine.and_then(|text| total(&text));
    let groups = std::fs::read_to_string(proc.join("self/cgroup")).unwrap_or_default();
    let groups = groups.lines().filter_map(|line| {
        // The number of a hierarchy, its controllers, and the group in it: cgroups(7).
        let (_, rest) = line.split_once(':')?;
        let (controllers, group) = rest.split_once(':')?;
        match controllers {
            "" => allowed(cgroups, group, "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                allowed(&cgroups.join("memory"), group, "memory.limit_in_bytes")
            }
            _ => None,
        }
    });
    machine.into_iter().chain(groups).min().unwrap_or(u64::MAX)
}

/// What a group and those that it is in allow. In a container the group may have another
/// name than outside, so those that are not there are passed over.
fn allowed(root: &Path, group: &str, file: &str) -> Option<u64> {
    let group = root.join(group.trim_start_matches('/'));
    group
        .ancestors()
        .take_while(|folder| folder.starts_with(root))
        .filter_map(|folder| std::fs::read_to_string(folder.join(file)).ok())
        // `max` is no number.
        .filter_map(|text| text.trim().parse().ok())
        .min()
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    /// A machine with these files.
    fn machine(files: &[(&str, &str)]) -> u64 {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        least(&root.path().join("proc"), &root.path().join("cgroup"))
    }

    const MACHINE: (&str, &str) = ("proc/meminfo", "MemTotal:  8192 kB\nMemFree: 1 kB\n");

    #[test]
    fn a_machine_without_groups_has_what_it_has() {
        assert_eq!(machine(&[MACHINE]), 8 << 20);
        assert_eq!(machine(&[]), u64::MAX);
        assert!(machine_memory() > 1 << 20);
    }

    #[test]
    fn the_smallest_group_around_counts() {
        let group = ("proc/self/cgroup", "0::/a/b\n");
        let inner = ("cgroup/a/b/memory.max", "max\n");
        let outer = ("cgroup/a/memory.max", "4194304\n");
        assert_eq!(machine(&[MACHINE, group, inner]), 8 << 20);
        assert_eq!(machine(&[MACHINE, group, inner, outer]), 4 << 20);
        // As in a container whose own group is the root that it sees.
        let root = ("cgroup/memory.max", "1048576\n");
        assert_eq!(machine(&[MACHINE, group, root]), 1 << 20);
    }

    #[test]
    fn groups_of_the_first_version_count_too() {
        let group = ("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/a\n");
        let limit = ("cgroup/memory/a/memory.limit_in_bytes", "2097152\n");
        assert_eq!(machine(&[MACHINE, group, limit]), 2 << 20);
        let none = (limit.0, "9223372036854771712\n");
        assert_eq!(machine(&[MACHINE, group, none]), 8 << 20);
    }
}
