//! Local sockets in a folder that only its owner can enter. Who is at the other end is
//! asked of the kernel all the same.
//!
//! The supervisor listens at `supervisor.sock`; worker 3 of a topology, in its 17th
//! incarnation, at `3.17` in a folder with the name of the topology. The path of a
//! local socket has at most 107 bytes (`sun_path`, unix(7)); where it would be longer,
//! the folder is opened and named as `/proc/self/fd/N`, which Linux resolves.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use stormcell_private_files as private_files;
use tokio::net::{UnixListener, UnixStream};

use super::{Address, Listener, Network, Operation, Stream};

/// The longest path of a socket in bytes, without the zero at its end.
const MAX_PATH: usize = 107;

/// Local sockets in a folder.
#[derive(Debug, Clone)]
pub struct UnixNetwork {
    folder: PathBuf,
}

impl UnixNetwork {
    /// Sockets in this folder. It is made if it is missing, and closed to all but its
    /// owner.
    ///
    /// # Errors
    /// If it cannot be made or closed.
    pub fn new(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        private_folder(&folder)?;
        Ok(Self { folder })
    }

    /// The folder and the name of a socket.
    fn place(&self, address: &Address) -> io::Result<(PathBuf, String)> {
        match address {
            Address::Supervisor => Ok((self.folder.clone(), "supervisor.sock".to_owned())),
            Address::Worker { topology, worker } => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                if topology.is_empty() || !topology.chars().all(is_name) {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidInput,
                        format!("`{topology}` is not the name of a topology"),
                    ));
                }
                let name = format!("{}.{}", worker.worker, worker.number);
                Ok((self.folder.join(topology), name))
            }
        }
    }
}

impl Network for UnixNetwork {
    fn connect(&self, to: Address) -> Operation<'_, Box<dyn Stream>> {
        Box::pin(async move {
            let (folder, name) = self.place(&to)?;
            let path = SocketPath::new(&folder, &name)?;
            let stream = UnixStream::connect(&path.path).await;
            let stream = stream.and_then(|stream| is_of_this_user(&stream).map(|()| stream));
            let stream = stream.map_err(|error| at(error, "connect to", &folder, &name))?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }

    fn listen(&self, at: Address) -> Operation<'_, Box<dyn Listener>> {
        Box::pin(async move {
            let (folder, name) = self.place(&at)?;
            private_folder(&folder)?;
            if let Address::Worker { worker, .. } = at {
                remove_earlier(&folder, worker.worker, worker.number)?;
            }
            let listener = bind(&folder, &name);
            let listener =
                listener.map_err(|error| self::at(error, "listen at", &folder, &name))?;
            Ok(Box::new(listener) as Box<dyn Listener>)
        })
    }
}

fn bind(folder: &Path, name: &str) -> io::Result<UnixSocket> {
    let file = folder.join(name);
    remove(&file)?;
    let path = SocketPath::new(folder, name)?;
    let listener = UnixListener::bind(&path.path)?;
    // Nobody else can enter the folder meanwhile.
    fs::set_permissions(&file, Permissions::from_mode(0o600))?;
    Ok(UnixSocket {
        listener,
        made: fs::symlink_metadata(&file)?,
        file,
    })
}

/// A socket that listens. Its file is removed with it.
struct UnixSocket {
    listener: UnixListener,
    file: PathBuf,
    made: Metadata,
}

impl Listener for UnixSocket {
    fn accept(&mut self) -> Operation<'_, Box<dyn Stream>> {
        Box::pin(async {
            loop {
                let (stream, _) = self.listener.accept().await?;
                match is_of_this_user(&stream) {
                    Ok(()) => return Ok(Box::new(stream) as Box<dyn Stream>),
                    Err(stranger) => tracing::warn!("refused a connection: {stranger}"),
                }
            }
        })
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        // Not that of a later listener.
        let same = |now: &Metadata| now.ino() == self.made.ino() && now.dev() == self.made.dev();
        if fs::symlink_metadata(&self.file).is_ok_and(|now| same(&now)) {
            // If it stays, the next to listen here removes it.
            let _ = fs::remove_file(&self.file);
        }
    }
}

/// A path that is short enough for a socket, for as long as this is kept.
struct SocketPath {
    path: PathBuf,
    _folder: Option<File>,
}

impl SocketPath {
    fn new(folder: &Path, name: &str) -> io::Result<Self> {
        let path = folder.join(name);
        if path.as_os_str().as_bytes().len() <= MAX_PATH {
            return Ok(Self {
                path,
                _folder: None,
            });
        }
        let folder = File::open(folder)?;
        Ok(Self {
            path: PathBuf::from(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd())),
            _folder: Some(folder),
        })
    }
}

/// Removes the sockets of earlier incarnations, which are dead when a later one
/// listens.
fn remove_earlier(folder: &Path, worker: u32, number: u32) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let parts = name.to_str().and_then(|name| name.split_once('.'));
        let parts = parts.map(|(worker, number)| (worker.parse::<u32>(), number.parse::<u32>()));
        if let Some((Ok(found), Ok(earlier))) = parts
            && found == worker
            && earlier < number
        {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn private_folder(folder: &Path) -> io::Result<()> {
    private_files::inner_folder(folder).map_err(|error| {
        let text = format!(
            "cannot prepare the folder of sockets {}: {error}",
            folder.display()
        );
        io::Error::new(error.kind(), text)
    })
}

/// Only processes of this user (and root, which could be any) are talked to, however they
/// came by the socket: whoever is connected is believed to be the worker that it says.
fn is_of_this_user(stream: &UnixStream) -> io::Result<()> {
    let other = stream.peer_cred()?;
    let me = rustix::process::geteuid().as_raw();
    if [0, me].contains(&other.uid()) {
        return Ok(());
    }
    let process = other
        .pid()
        .map_or_else(String::new, |pid| format!(" (process {pid})"));
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "user {}{process} is at the other end of a local socket of user {me}",
            other.uid()
        ),
    ))
}

/// Says what was done where.
fn at(error: io::Error, what: &str, folder: &Path, name: &str) -> io::Error {
    let file = folder.join(name);
    io::Error::new(
        error.kind(),
        format!("cannot {what} {}: {error}", file.display()),
    )
}

#[cfg(test)]
mod tests;
