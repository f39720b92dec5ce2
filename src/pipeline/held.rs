//! Photos while they wait: memory files that never touch a disk, are sealed when complete, and are gone when dropped.

use std::fs::File;
use std::io::Write;

use rustix::fs::{MemfdFlags, SealFlags};

/// A memory file that can still be written.
#[derive(Debug)]
pub struct MemoryWriter {
    file: File,
    len: u64,
}

/// A memory file that cannot be changed any more.
#[derive(Debug)]
pub struct SealedMemory {
    file: File,
    len: u64,
}

impl MemoryWriter {
    /// An empty one. It has a fixed name: names of memory files can be seen in the process table.
    ///
    /// # Errors
    /// The kernel's, when it has no more descriptors or memory.
    pub fn new() -> std::io::Result<Self> {
        let fd = rustix::fs::memfd_create("proofsheet", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        Ok(Self { file: File::from(fd), len: 0 })
    }

    /// Appends.
    ///
    /// # Errors
    /// The kernel's, when it has no more memory.
    pub fn write(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        self.file.write_all(chunk)?;
        self.len += chunk.len() as u64;
        Ok(())
    }

    /// Bytes so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forbids every further change, also by ourselves.
    ///
    /// # Errors
    /// The kernel's.
    pub fn seal(self) -> std::io::Result<SealedMemory> {
        rustix::fs::fcntl_add_seals(&self.file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
        Ok(SealedMemory { file: self.file, len: self.len })
    }
}

impl SealedMemory {
    /// Bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

/// Bytes as sealed memory.
///
/// # Errors
/// The kernel's.
pub fn seal(bytes: &[u8]) -> std::io::Result<SealedMemory> {
    let mut writer = MemoryWriter::new()?;
    writer.write(bytes)?;
    writer.seal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_memory_cannot_be_written() {
        let sealed = seal(b"photo").unwrap();
        assert_eq!(sealed.len(), 5);
        assert!((&sealed.file).write_all(b"x").is_err());
    }
}
