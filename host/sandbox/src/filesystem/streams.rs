//! Streams of files, which wait for disks on the threads for that.

use bytes::Bytes;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{
    DynInputStream, DynOutputStream, InputStream, OutputStream, Pollable, StreamResult,
};

use crate::disk_threads::DiskThreads;

/// A stream that waits for a disk.
pub(super) struct OnDisk<S> {
    stream: S,
    threads: DiskThreads,
}

impl<S> OnDisk<S> {
    pub(super) fn new(stream: S, threads: DiskThreads) -> Self {
        Self { stream, threads }
    }
}

#[async_trait]
impl InputStream for OnDisk<DynInputStream> {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let _entered = self.threads.enter();
        self.stream.read(size)
    }

    async fn blocking_read(&mut self, size: usize) -> StreamResult<Bytes> {
        self.threads.run(self.stream.blocking_read(size)).await
    }

    fn skip(&mut self, bytes: usize) -> StreamResult<usize> {
        let _entered = self.threads.enter();
        self.stream.skip(bytes)
    }

    async fn blocking_skip(&mut self, bytes: usize) -> StreamResult<usize> {
        self.threads.run(self.stream.blocking_skip(bytes)).await
    }

    async fn cancel(&mut self) {
        self.threads.run(self.stream.cancel()).await;
    }
}

#[async_trait]
impl Pollable for OnDisk<DynInputStream> {
    async fn ready(&mut self) {
        self.threads.run(self.stream.ready()).await;
    }
}

#[async_trait]
impl OutputStream for OnDisk<DynOutputStream> {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let _entered = self.threads.enter();
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        let _entered = self.threads.enter();
        self.stream.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        let _entered = self.threads.enter();
        self.stream.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        let writing = self.stream.blocking_write_and_flush(bytes);
        self.threads.run(writing).await
    }

    async fn cancel(&mut self) {
        self.threads.run(self.stream.cancel()).await;
    }
}

#[async_trait]
impl Pollable for OnDisk<DynOutputStream> {
    async fn ready(&mut self) {
        self.threads.run(self.stream.ready()).await;
    }
}
