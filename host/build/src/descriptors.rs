//! Files that this process was started with open, as a shell does with `3<secret`.

use rustix::fd::BorrowedFd;
use rustix::io::{FdFlags, fcntl_setfd};

/// Keeps what is open here out of programs that are started from now on: of open files
/// they get their three standard ones. What this process opens itself is closed for them
/// anyway; this is for what it inherited.
pub(crate) fn close_in_children() {
    let Ok(open) = std::fs::read_dir("/dev/fd") else {
        return;
    };
    let open: Vec<i32> = open
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|number| *number > 2)
        .collect();
    for number in open {
        #[expect(unsafe_code, reason = "inherited files have no owner to borrow from")]
        // SAFETY: the descriptor is borrowed for one call, which neither reads, writes nor
        // closes. If it was closed since it was listed, the call fails; if its number
        // stands for another file by now, that one is closed in children as well, which
        // all files that Rust opens are anyway.
        let file = unsafe { BorrowedFd::borrow_raw(number) };
        // An error means that it is closed.
        let _ = fcntl_setfd(file, FdFlags::CLOEXEC);
    }
}
