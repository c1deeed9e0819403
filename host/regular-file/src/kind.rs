//! What is no regular file.

use std::fs::FileType;

/// What was found where a regular file was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRegular {
    /// A folder.
    Folder,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A device, such as a terminal or a disk.
    Device,
    /// A link that leads to nothing that can be opened, or what only the system knows.
    Other,
}

impl NotRegular {
    /// What this is; `None`: a regular file.
    pub fn of(kind: FileType) -> Option<Self> {
        if kind.is_file() {
            None
        } else if kind.is_dir() {
            Some(Self::Folder)
        } else {
            Some(special(kind))
        }
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> NotRegular {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        NotRegular::Fifo
    } else if kind.is_socket() {
        NotRegular::Socket
    } else if kind.is_char_device() || kind.is_block_device() {
        NotRegular::Device
    } else {
        NotRegular::Other
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> NotRegular {
    NotRegular::Other
}

impl std::fmt::Display for NotRegular {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Folder => "it is a folder, and a regular file was expected",
            Self::Fifo => {
                "it is a FIFO (a named pipe), and only regular files are read: store what comes \
                 out of it in a file, and name that"
            }
            Self::Socket => "it is a socket, and only regular files are read",
            Self::Device => {
                "it is a device, and only regular files are read: store what it gives in a file, \
                 and name that"
            }
            Self::Other => "it is no regular file, and only those are read",
        })
    }
}

impl std::error::Error for NotRegular {}
