//! What a compiler process is told, and what it answers.
//!
//! A request is a magic word, what the process may use, the engine that the code is for,
//! and the component. An answer is one byte that says what it is, its length, and so many
//! bytes: an answer that is cut off is none. Numbers have 64 bits, little-endian.

use std::io::{self, Read, Write};
use std::time::Duration;

use super::CompileLimits;

const MAGIC: &[u8; 8] = b"stcmpl01";

/// What stands before the component.
pub(super) const REQUEST_HEADER: usize = 8 + 8 + 8 + 32 + 8;
/// What stands before what is answered.
pub(super) const ANSWER_HEADER: usize = 1 + 8;

/// What a compiler process is told before it is given the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) limits: CompileLimits,
    /// The hash of the engine that the code is for.
    pub(super) engine: [u8; 32],
    /// The length of the component, which follows.
    pub(super) length: u64,
}

impl Request {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(REQUEST_HEADER);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.limits.seconds().to_le_bytes());
        out.extend_from_slice(&self.limits.memory.to_le_bytes());
        out.extend_from_slice(&self.engine);
        out.extend_from_slice(&self.length.to_le_bytes());
        out
    }

    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        if bytes::<8>(input)? != *MAGIC {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a compiler process is started by stormcell itself, and not by hand",
            ));
        }
        Ok(Self {
            limits: CompileLimits {
                time: Duration::from_secs(number(input)?),
                memory: number(input)?,
            },
            engine: bytes(input)?,
            length: number(input)?,
        })
    }
}

/// What a compiler process answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The code.
    Code,
    /// Why the component is not valid.
    Invalid,
    /// An allocation failed.
    NoMemory,
    /// Why this process cannot compile for the engine.
    Unable,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Code, Self::Invalid, Self::NoMemory, Self::Unable];

    fn byte(self) -> u8 {
        match self {
            Self::Code => b'C',
            Self::Invalid => b'I',
            Self::NoMemory => b'M',
            Self::Unable => b'U',
        }
    }
}

/// Writes an answer.
pub(super) fn write_answer(out: &mut impl Write, kind: Kind, content: &[u8]) -> io::Result<()> {
    out.write_all(&[kind.byte()])?;
    out.write_all(&(content.len() as u64).to_le_bytes())?;
    out.write_all(content)?;
    out.flush()
}

/// Of which kind an answer is and how long, if this can be its beginning.
pub(super) fn read_header(header: [u8; ANSWER_HEADER]) -> Option<(Kind, u64)> {
    let [kind, length @ ..] = header;
    let kind = Kind::ALL.into_iter().find(|known| known.byte() == kind)?;
    Some((kind, u64::from_le_bytes(length)))
}

fn number(input: &mut impl Read) -> io::Result<u64> {
    bytes(input).map(u64::from_le_bytes)
}

fn bytes<const N: usize>(input: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let request = Request {
            limits: CompileLimits::default(),
            engine: [9; 32],
            length: 1 << 40,
        };
        let bytes = request.encode();
        assert_eq!(bytes.len(), REQUEST_HEADER);
        assert_eq!(Request::read(&mut bytes.as_slice()).unwrap(), request);
        assert!(Request::read(&mut &bytes[..REQUEST_HEADER - 1]).is_err());
        for kind in Kind::ALL {
            let mut out = Vec::new();
            write_answer(&mut out, kind, b"some").unwrap();
            let (header, content) = out.split_at(ANSWER_HEADER);
            assert_eq!(read_header(header.try_into().unwrap()), Some((kind, 4)));
            assert_eq!(content, b"some");
        }
    }

    #[test]
    fn what_is_something_else_is_refused() {
        let error = Request::read(&mut &[b'x'; 100][..]).unwrap_err();
        assert!(error.to_string().contains("not by hand"), "{error}");
        assert_eq!(read_header([0; ANSWER_HEADER]), None);
    }
}
