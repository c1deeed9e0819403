//! What is at a path, in the words of the interface.

use cap_primitives::fs::FileType;
use wasmtime_wasi::p2::bindings::filesystem::types::DescriptorType;

/// What a component is told that something is.
pub(super) fn type_of(kind: FileType) -> DescriptorType {
    if kind.is_dir() {
        DescriptorType::Directory
    } else if kind.is_symlink() {
        DescriptorType::SymbolicLink
    } else if kind.is_file() {
        DescriptorType::RegularFile
    } else {
        special(kind)
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> DescriptorType {
    use cap_primitives::fs::FileTypeExt as _;
    if kind.is_fifo() {
        DescriptorType::Fifo
    } else if kind.is_socket() {
        DescriptorType::Socket
    } else if kind.is_char_device() {
        DescriptorType::CharacterDevice
    } else if kind.is_block_device() {
        DescriptorType::BlockDevice
    } else {
        DescriptorType::Unknown
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> DescriptorType {
    DescriptorType::Unknown
}
