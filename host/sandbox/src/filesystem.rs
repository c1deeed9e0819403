//! `wasi:filesystem`, with the quotas of granted folders.
//!
//! Everything is done by wasmtime-wasi, which sees to it that nothing outside of a granted
//! folder is reached. What may make a folder larger reserves the room first; if there is
//! none, the component is told that the disk is full. Between folders with quotas of their
//! own nothing is moved or linked: as between disks, a component is told to copy.

use std::collections::HashMap;

use wasmtime::component::{HasSelf, Linker, Resource};
use wasmtime_wasi::WasiView as _;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    Host, HostDescriptor, HostDirectoryEntryStream,
};
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, FsError, FsResult, IoError, ReaddirIterator,
};

use crate::quota::{Quota, QuotaStream, Reserved};
use crate::state::State;

/// The quotas of the folders and files that an instance has open.
#[derive(Debug, Default)]
pub(crate) struct OpenQuotas {
    /// Of its granted folders, in the order in which they are granted.
    granted: Vec<Option<Quota>>,
    /// Of its descriptors, by their numbers in the table of resources.
    open: HashMap<u32, Quota>,
}

impl OpenQuotas {
    /// Those of the granted folders: `None` for one that is only read.
    pub(crate) fn new(granted: Vec<Option<Quota>>) -> Self {
        Self {
            granted,
            open: HashMap::new(),
        }
    }

    fn of(&self, descriptor: &Resource<Descriptor>) -> Option<Quota> {
        self.open.get(&descriptor.rep()).cloned()
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

/// Whether two folders are of different quotas.
fn are_apart(one: Option<&Quota>, other: Option<&Quota>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => !one.is_of_same_folder(other),
        (None, None) => false,
        _ => true,
    }
}

impl State {
    /// A stream into a file, which keeps to its quota. It begins so many bytes after the
    /// end of the file: what is between is a hole, which counts.
    fn limited(
        &mut self,
        stream: Resource<DynOutputStream>,
        quota: Option<Quota>,
        hole: u64,
    ) -> FsResult<Resource<DynOutputStream>> {
        let Some(quota) = quota else {
            return Ok(stream);
        };
        let table = self.ctx().table;
        let file = table.delete(stream)?;
        let limited: DynOutputStream = Box::new(QuotaStream::new(file, quota, hole));
        Ok(table.push(limited)?)
    }

    /// A descriptor that was opened in a folder with this quota.
    fn opened(&mut self, descriptor: &Resource<Descriptor>, quota: Quota) -> FsResult<()> {
        if let Descriptor::File(file) = self.ctx().table.get(descriptor)? {
            quota.opened(&file.file);
        }
        self.quotas.open.insert(descriptor.rep(), quota);
        Ok(())
    }
}

impl preopens::Host for State {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let folders = preopens::Host::get_directories(&mut self.filesystem())?;
        for ((descriptor, _), quota) in folders.iter().zip(self.quotas.granted.clone()) {
            if let Some(quota) = quota {
                self.quotas.open.insert(descriptor.rep(), quota);
            }
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
        let quota = self.quotas.of(&fd);
        let mut grows = bytes.len() as u64;
        if quota.is_some() {
            let same = Resource::new_borrow(fd.rep());
            let size = self.filesystem().stat(same).await?.size;
            grows = grows.saturating_add(offset.saturating_sub(size));
        }
        let _reserved = reserve(quota.as_ref(), grows).await?;
        self.filesystem().write(fd, bytes, offset).await
    }

    async fn set_size(&mut self, fd: Resource<Descriptor>, size: types::Filesize) -> FsResult<()> {
        let Some(quota) = self.quotas.of(&fd) else {
            return self.filesystem().set_size(fd, size).await;
        };
        let _resizing = quota.resizing().await;
        let same = Resource::new_borrow(fd.rep());
        let before = self.filesystem().stat(same).await?.size;
        let grows = size.saturating_sub(before);
        let _reserved = match grows {
            0 => None,
            grows => reserve(Some(&quota), grows).await?,
        };
        self.filesystem().set_size(fd, size).await
    }

    fn write_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: types::Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        let quota = self.quotas.of(&fd);
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
        let quota = self.quotas.of(&fd);
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
        let Some(quota) = self.quotas.of(&fd) else {
            let mut filesystem = self.filesystem();
            return filesystem
                .open_at(fd, path_flags, path, open_flags, flags)
                .await;
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
        let opened = self
            .filesystem()
            .open_at(fd, path_flags, path, open_flags, flags)
            .await;
        drop((resizing, reserved));
        let opened = opened.map_err(|error| match error.downcast_ref() {
            Some(types::ErrorCode::NoEntry) if is_full => full(),
            _ => error,
        })?;
        self.opened(&opened, quota)?;
        Ok(opened)
    }

    async fn create_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let _reserved = reserve_entry(self.quotas.of(&fd).as_ref()).await?;
        self.filesystem().create_directory_at(fd, path).await
    }

    async fn symlink_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path: String,
        new_path: String,
    ) -> FsResult<()> {
        let _reserved = reserve_entry(self.quotas.of(&fd).as_ref()).await?;
        self.filesystem().symlink_at(fd, old_path, new_path).await
    }

    async fn link_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path_flags: types::PathFlags,
        old_path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let (old, new) = (self.quotas.of(&fd), self.quotas.of(&new_fd));
        if are_apart(old.as_ref(), new.as_ref()) {
            return Err(types::ErrorCode::CrossDevice.into());
        }
        let _reserved = reserve_entry(new.as_ref()).await?;
        let mut filesystem = self.filesystem();
        filesystem
            .link_at(fd, old_path_flags, old_path, new_fd, new_path)
            .await
    }

    async fn rename_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let (old, new) = (self.quotas.of(&fd), self.quotas.of(&new_fd));
        if are_apart(old.as_ref(), new.as_ref()) {
            return Err(types::ErrorCode::CrossDevice.into());
        }
        let mut filesystem = self.filesystem();
        filesystem.rename_at(fd, old_path, new_fd, new_path).await
    }

    fn drop(&mut self, fd: Resource<Descriptor>) -> wasmtime::Result<()> {
        self.quotas.open.remove(&fd.rep());
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
        self.filesystem().advise(fd, offset, len, advice).await
    }

    async fn sync_data(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        self.filesystem().sync_data(fd).await
    }

    async fn get_flags(&mut self, fd: Resource<Descriptor>) -> FsResult<types::DescriptorFlags> {
        self.filesystem().get_flags(fd).await
    }

    async fn get_type(&mut self, fd: Resource<Descriptor>) -> FsResult<types::DescriptorType> {
        self.filesystem().get_type(fd).await
    }

    async fn set_times(
        &mut self,
        fd: Resource<Descriptor>,
        accessed: types::NewTimestamp,
        modified: types::NewTimestamp,
    ) -> FsResult<()> {
        self.filesystem().set_times(fd, accessed, modified).await
    }

    async fn read(
        &mut self,
        fd: Resource<Descriptor>,
        len: types::Filesize,
        offset: types::Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        self.filesystem().read(fd, len, offset).await
    }

    async fn read_directory(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<ReaddirIterator>> {
        self.filesystem().read_directory(fd).await
    }

    async fn sync(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        self.filesystem().sync(fd).await
    }

    async fn stat(&mut self, fd: Resource<Descriptor>) -> FsResult<types::DescriptorStat> {
        self.filesystem().stat(fd).await
    }

    async fn stat_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
    ) -> FsResult<types::DescriptorStat> {
        self.filesystem().stat_at(fd, path_flags, path).await
    }

    async fn set_times_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
        accessed: types::NewTimestamp,
        modified: types::NewTimestamp,
    ) -> FsResult<()> {
        let mut filesystem = self.filesystem();
        filesystem
            .set_times_at(fd, path_flags, path, accessed, modified)
            .await
    }

    async fn readlink_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<String> {
        self.filesystem().readlink_at(fd, path).await
    }

    async fn remove_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        self.filesystem().remove_directory_at(fd, path).await
    }

    async fn unlink_file_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<()> {
        self.filesystem().unlink_file_at(fd, path).await
    }

    fn read_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: types::Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        self.filesystem().read_via_stream(fd, offset)
    }

    async fn is_same_object(
        &mut self,
        one: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        self.filesystem().is_same_object(one, other).await
    }

    async fn metadata_hash(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<types::MetadataHashValue> {
        self.filesystem().metadata_hash(fd).await
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: types::PathFlags,
        path: String,
    ) -> FsResult<types::MetadataHashValue> {
        let mut filesystem = self.filesystem();
        filesystem.metadata_hash_at(fd, path_flags, path).await
    }
}

impl HostDirectoryEntryStream for State {
    async fn read_directory_entry(
        &mut self,
        stream: Resource<ReaddirIterator>,
    ) -> FsResult<Option<types::DirectoryEntry>> {
        self.filesystem().read_directory_entry(stream).await
    }

    fn drop(&mut self, stream: Resource<ReaddirIterator>) -> wasmtime::Result<()> {
        HostDirectoryEntryStream::drop(&mut self.filesystem(), stream)
    }
}
