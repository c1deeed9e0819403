//! `wasi:filesystem`, with the quotas of granted folders.
//!
//! Everything is done by wasmtime-wasi, which sees to it that nothing outside of a granted
//! folder is reached. What may make a folder larger reserves the room first; if there is
//! none, the component is told that the disk is full. Between folders with quotas of their
//! own nothing is moved or linked: as between disks, a component is told to copy.
//!
//! Only folders and regular files are opened ([`opening`]), the entries of a folder are read a
//! few at a time ([`listing`]), and what waits for a disk does so on threads of its own
//! ([`DiskThreads`]).

mod kind;
mod listing;
mod opening;
mod streams;

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use stormcell_topology::plain_text;
use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::filesystem::{Descriptor, Dir, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Host, HostDescriptor, HostDirectoryEntryStream,
};
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, FsError, FsResult, IoError, ReaddirIterator,
};

use crate::disk_threads::{DiskThreads, OpenOfInstance};
use crate::granted::Granted;
use crate::http::notes::Notes;
use crate::quota::{Quota, QuotaStream, Reserved};
use crate::state::State;
use listing::Listing;
use opening::Request;
use streams::OnDisk;

/// Characters of a path that are shown.
const SHOWN: usize = 200;

/// The folders and files that an instance has open.
pub(crate) struct Files {
    /// Its granted folders, in the order in which they are granted.
    granted: Vec<Granted>,
    /// The quotas of its descriptors, by their numbers in the table of resources.
    quotas: HashMap<u32, Quota>,
    /// What it has open, which threads may hold on to.
    open: OpenOfInstance,
    threads: DiskThreads,
    /// What was not opened, and why.
    notes: Notes,
}

impl Files {
    /// Those of an instance that has opened nothing yet but its folders.
    pub(crate) fn new(
        granted: Vec<Granted>,
        open: OpenOfInstance,
        threads: DiskThreads,
        notes: Notes,
    ) -> Self {
        Self {
            granted,
            quotas: HashMap::new(),
            open,
            threads,
            notes,
        }
    }

    fn quota(&self, descriptor: &Resource<Descriptor>) -> Option<Quota> {
        self.quotas.get(&descriptor.rep()).cloned()
    }

    /// What was not opened since this was last asked.
    pub(crate) fn take_notes(&self) -> Vec<String> {
        self.notes.take()
    }
}

/// Puts these functions in the place of those without quotas.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    preopens::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    types::add_to_linker::<_, HasSelf<State>>(linker, |state| state)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// What wasmtime-wasi does, on the threads that wait for disks.
macro_rules! on_disk {
    ($self:ident.$function:ident($($argument:expr),*)) => {{
        let threads = $self.files.threads;
        let mut filesystem = $self.filesystem();
        threads.run(filesystem.$function($($argument),*)).await
    }};
}

fn full() -> FsError {
    types::ErrorCode::InsufficientSpace.into()
}

/// Room for so many bytes; none is needed without a quota.
async fn reserve(quota: Option<&Quota>, bytes: u64) -> FsResult<Option<Reserved>> {
    match quota {
        None => Ok(None),
        Some(quota) => quota.reserve(bytes).await.map(Some).ok_or_else(full),
    }
}

/// Room for another file, folder or link.
async fn reserve_entry(quota: Option<&Quota>) -> FsResult<Option<Reserved>> {
    match quota {
        None => Ok(None),
        Some(quota) => quota.reserve_entry().await.map(Some).ok_or_else(full),
    }
}

/// What is told of something that is not opened.
fn note<'n>(notes: &'n Notes, path: &str) -> impl FnOnce(&'static str) + use<'n> {
    let shown: String = notes.without_secrets(path).chars().take(SHOWN).collect();
    move |what| {
        let path = plain_text::line(&shown);
        notes.add(format!(
            "`{path}` was not opened: it is {what}, and only folders and regular files are"
        ));
    }
}

/// Whether two folders are of different quotas.
fn are_apart(one: Option<&Quota>, other: Option<&Quota>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => !one.is_of_same_folder(other),
        (None, None) => false,
        _ => true,
    }
}

impl State {
    /// A stream into a file that waits for the disk where it may, and keeps to its quota. It
    /// begins so many bytes after the
    /// end of the file: what is between is a hole, which counts.
    fn limited(
        &mut self,
        stream: Resource<DynOutputStream>,
        quota: Option<Quota>,
        hole: u64,
    ) -> FsResult<Resource<DynOutputStream>> {
        let threads = self.files.threads;
        let table = self.ctx().table;
        let file = table.delete(stream)?;
        let mut file: DynOutputStream = Box::new(OnDisk::new(file, threads));
        if let Some(quota) = quota {
            file = Box::new(QuotaStream::new(file, quota, hole));
        }
        Ok(table.push(file)?)
    }

    /// A stream of a file that waits for the disk where it may.
    fn reading(&mut self, stream: Resource<DynInputStream>) -> FsResult<Resource<DynInputStream>> {
        let threads = self.files.threads;
        let table = self.ctx().table;
        let file = table.delete(stream)?;
        let on_disk: DynInputStream = Box::new(OnDisk::new(file, threads));
        Ok(table.push(on_disk)?)
    }

    /// Gives the component a descriptor that was opened in a folder with this quota.
    fn opened(
        &mut self,
        descriptor: Descriptor,
        quota: Option<Quota>,
    ) -> FsResult<Resource<Descriptor>> {
        let file = match &descriptor {
            Descriptor::File(file) => {
                if let Some(quota) = &quota {
                    quota.opened(&file.file);
                }
                Arc::clone(&file.file)
            }
            Descriptor::Dir(dir) => Arc::clone(&dir.dir),
        };
        let held: Arc<dyn Any + Send + Sync> = file;
        self.files.open.add(Arc::downgrade(&held));
        let descriptor = self.ctx().table.push(descriptor)?;
        if let Some(quota) = quota {
            self.files.quotas.insert(descriptor.rep(), quota);
        }
        Ok(descriptor)
    }

    /// The folder that a path is in which a component gives.
    fn folder(&mut self, descriptor: &Resource<Descriptor>) -> FsResult<Dir> {
        match self.ctx().table.get(descriptor)? {
            Descriptor::Dir(dir) => Ok(dir.clone()),
            Descriptor::File(_) => Err(types::ErrorCode::NotDirectory.into()),
        }
    }

    /// Opens a file or a folder.
    async fn open(
        &mut self,
        fd: &Resource<Descriptor>,
        path: String,
        request: Request,
    ) -> FsResult<Descriptor> {
        let dir = self.folder(fd)?;
        let files = &self.files;
        let note = note(&files.notes, &path);
        opening::open(&dir, path, request, files.threads, note).await
    }
}

impl preopens::Host for State {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let mut folders = Vec::new();
        for granted in self.files.granted.clone() {
            let descriptor = self.ctx().table.push(Descriptor::Dir(granted.dir))?;
            if let Some(quota) = granted.quota {
                self.files.quotas.insert(descriptor.rep(), quota);
            }
            folders.push((descriptor, granted.guest));
        }
        Ok(folders)
    }
}

impl Host for State {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<types::ErrorCode> {
        self.filesystem().convert_error_code(error)
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<IoError>,
    ) -> wasmtime::Result<Option<types::ErrorCode>> {
        self.filesystem().filesystem_error_code(error)
    }
}

impl HostDescriptor for State {
    async fn write(
        &mut self,
        fd: Resource<Descriptor>,
        bytes: Vec<u8>,
        offset: types::Filesize,
    ) -> FsResult<types::Filesize> {
        // The file grows by the bytes, and by the hole before them if it ends before that.
        let quota = self.files.quota(&fd);
        let mut grows = bytes.len() as u64;
        if quota.is_some() {
            let same = Resource::new_borrow(fd.rep());
            let size = on_disk!(self.stat(same))?.size;
            grows = grows.saturating_add(offset.saturating_sub(size));
        }
        let _reserved = reserve(quota.as_ref(), grows).await?;
        on_disk!(self.write(fd, bytes, offset))
    }

    async fn set_size(&mut self, fd: Resource<Descriptor>, size: types::Filesize) -> FsResult<()> {
        let Some(quota) = self.files.quota(&fd) else {
            return on_disk!(self.set_size(fd, size));
        };
        let _resizing = quota.resizing().await;
        let same = Resource::new_borrow(fd.rep());
        let before = on_disk!(self.stat(same))?.size;
        let grows = size.saturating_sub(before);
        let _reserved = match grows {
            0 => None,
            grows => reserve(Some(&quota), grows).await?,
        };
        on_disk!(self.set_size(fd, size))
    }

    fn write_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: types::Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        let quota = self.files.quota(&fd);
        let hole = match self.ctx().table.get(&fd)? {
            Descriptor::File(file) if quota.is_some() => {
                offset.saturating_sub(file.file.metadata()?.len())
            }
            _ => 0,
        };
        let stream = self.filesystem().write_via_stream(fd, offset)?;
        self.limited(stream, quota, hole)
    }

    fn append_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let quota = self.files.quota(&fd);
        let stream = self.filesystem().append_via_stream(fd)?;
        self.limited(stream, quota, 0)
    }

    async fn open_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
        open_flags: types::OpenFlags,
        flags: types::DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        let request = |open_flags| Request {
            path_flags,
            open_flags,
            flags,
        };
        let Some(quota) = self.files.quota(&fd) else {
            let opened = self.open(&fd, path, request(open_flags)).await?;
            return self.opened(opened, None);
        };
        let mut open_flags = open_flags;
        let creates = open_flags.contains(types::OpenFlags::CREATE);
        let truncates = open_flags.contains(types::OpenFlags::TRUNCATE);
        let mut reserved = None;
        if creates {
            reserved = quota.reserve_entry().await;
            if reserved.is_none() && open_flags.contains(types::OpenFlags::EXCLUSIVE) {
                return Err(full());
            }
        }
        let is_full = creates && reserved.is_none();
        if is_full {
            // A file that is there can be opened all the same.
            open_flags ^= types::OpenFlags::CREATE;
        }
        let resizing = match truncates {
            true => Some(quota.resizing().await),
            false => None,
        };
        let opened = self.open(&fd, path, request(open_flags)).await;
        drop((resizing, reserved));
        let opened = opened.map_err(|error| match error.downcast_ref() {
            Some(types::ErrorCode::NoEntry) if is_full => full(),
            _ => error,
        })?;
        self.opened(opened, Some(quota))
    }

    async fn create_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let _reserved = reserve_entry(self.files.quota(&fd).as_ref()).await?;
        on_disk!(self.create_directory_at(fd, path))
    }

    async fn symlink_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path: String,
        new_path: String,
    ) -> FsResult<()> {
        let _reserved = reserve_entry(self.files.quota(&fd).as_ref()).await?;
        on_disk!(self.symlink_at(fd, old_path, new_path))
    }

    async fn link_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path_flags: types::PathFlags,
        old_path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let (old, new) = (self.files.quota(&fd), self.files.quota(&new_fd));
        if are_apart(old.as_ref(), new.as_ref()) {
            return Err(types::ErrorCode::CrossDevice.into());
        }
        let _reserved = reserve_entry(new.as_ref()).await?;
        on_disk!(self.link_at(fd, old_path_flags, old_path, new_fd, new_path))
    }

    async fn rename_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let (old, new) = (self.files.quota(&fd), self.files.quota(&new_fd));
        if are_apart(old.as_ref(), new.as_ref()) {
            return Err(types::ErrorCode::CrossDevice.into());
        }
        on_disk!(self.rename_at(fd, old_path, new_fd, new_path))
    }

    fn drop(&mut self, fd: Resource<Descriptor>) -> wasmtime::Result<()> {
        self.files.quotas.remove(&fd.rep());
        HostDescriptor::drop(&mut self.filesystem(), fd)
    }

    // What follows makes nothing larger.

    async fn advise(
        &mut self,
        fd: Resource<Descriptor>,
        offset: types::Filesize,
        len: types::Filesize,
        advice: types::Advice,
    ) -> FsResult<()> {
        on_disk!(self.advise(fd, offset, len, advice))
    }

    async fn sync_data(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        on_disk!(self.sync_data(fd))
    }

    async fn get_flags(&mut self, fd: Resource<Descriptor>) -> FsResult<types::DescriptorFlags> {
        on_disk!(self.get_flags(fd))
    }

    async fn get_type(&mut self, fd: Resource<Descriptor>) -> FsResult<types::DescriptorType> {
        on_disk!(self.get_type(fd))
    }

    async fn set_times(
        &mut self,
        fd: Resource<Descriptor>,
        accessed: types::NewTimestamp,
        modified: types::NewTimestamp,
    ) -> FsResult<()> {
        on_disk!(self.set_times(fd, accessed, modified))
    }

    async fn read(
        &mut self,
        fd: Resource<Descriptor>,
        len: types::Filesize,
        offset: types::Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        on_disk!(self.read(fd, len, offset))
    }

    async fn read_directory(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<ReaddirIterator>> {
        let folder = self.folder(&fd)?.dir;
        let listing = Listing::of(folder, self.files.threads).await?;
        // The interface has a type of its own for this. The table checks the types of its entries,
        // and only this file reads these.
        let listing = self.ctx().table.push(listing)?;
        Ok(Resource::new_own(listing.rep()))
    }

    async fn sync(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        on_disk!(self.sync(fd))
    }

    async fn stat(&mut self, fd: Resource<Descriptor>) -> FsResult<types::DescriptorStat> {
        on_disk!(self.stat(fd))
    }

    async fn stat_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
    ) -> FsResult<types::DescriptorStat> {
        on_disk!(self.stat_at(fd, path_flags, path))
    }

    async fn set_times_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
        accessed: types::NewTimestamp,
        modified: types::NewTimestamp,
    ) -> FsResult<()> {
        if !path_flags.contains(types::PathFlags::SYMLINK_FOLLOW) {
            // Nothing is opened for that.
            return on_disk!(self.set_times_at(fd, path_flags, path, accessed, modified));
        }
        let dir = self.folder(&fd)?;
        let files = &self.files;
        let note = note(&files.notes, &path);
        opening::set_times(&dir, path, (accessed, modified), files.threads, note).await
    }

    async fn readlink_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<String> {
        on_disk!(self.readlink_at(fd, path))
    }

    async fn remove_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        on_disk!(self.remove_directory_at(fd, path))
    }

    async fn unlink_file_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<()> {
        on_disk!(self.unlink_file_at(fd, path))
    }

    fn read_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: types::Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        let stream = self.filesystem().read_via_stream(fd, offset)?;
        self.reading(stream)
    }

    async fn is_same_object(
        &mut self,
        one: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        on_disk!(self.is_same_object(one, other))
    }

    async fn metadata_hash(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<types::MetadataHashValue> {
        on_disk!(self.metadata_hash(fd))
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
    ) -> FsResult<types::MetadataHashValue> {
        on_disk!(self.metadata_hash_at(fd, path_flags, path))
    }
}

impl HostDirectoryEntryStream for State {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<ReaddirIterator>,
    ) -> FsResult<Option<types::DirectoryEntry>> {
        let threads = self.files.threads;
        let listing = Resource::<Listing>::new_borrow(stream.rep());
        let table = self.ctx().table;
        table.get_mut(&listing)?.next(threads).await
    }

    fn drop(&mut self, stream: Resource<ReaddirIterator>) -> wasmtime::Result<()> {
        let listing = Resource::<Listing>::new_own(stream.rep());
        self.ctx().table.delete(listing)?;
        Ok(())
    }
}
