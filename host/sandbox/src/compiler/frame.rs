//! What a compiler process is told, and what it answers.
//!
//! A request is a magic word, what the process may use, what it is to do, and the component.
//! An answer is one byte that says what it is, its length, and so many bytes: an answer that
//! is cut off is none. Numbers have 64 bits, little-endian.

use std::io::{self, Read, Write};
use std::time::Duration;

use super::CompileLimits;
use crate::debug_info::{AT_A_TIME, Place};

const MAGIC: &[u8; 8] = b"stcmpl02";

/// What a process is to do with the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    /// Compile it for the engine with this hash.
    Compile([u8; 32]),
    /// Say of these places in it which lines they are: [`AT_A_TIME`] at most.
    Lines(Vec<Place>),
}

impl Work {
    const COMPILE: u8 = b'C';
    const LINES: u8 = b'L';

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Compile(engine) => {
                out.push(Self::COMPILE);
                out.extend_from_slice(engine);
            }
            Self::Lines(places) => {
                out.push(Self::LINES);
                out.extend_from_slice(&(places.len() as u64).to_le_bytes());
                for Place { offset, function } in places {
                    out.extend_from_slice(&u64::from(*offset).to_le_bytes());
                    out.extend_from_slice(&u64::from(*function).to_le_bytes());
                }
            }
        }
    }

    fn read(input: &mut impl Read) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let [kind] = bytes(input)?;
        match kind {
            Self::COMPILE => Ok(Self::Compile(bytes(input)?)),
            Self::LINES => {
                let count = number(input)?;
                if count > AT_A_TIME as u64 {
                    return Err(invalid());
                }
                let small = |input: &mut _| u32::try_from(number(input)?).map_err(|_| invalid());
                let places = (0..count).map(|_| {
                    Ok(Place {
                        offset: small(input)?,
                        function: small(input)?,
                    })
                });
                Ok(Self::Lines(places.collect::<io::Result<_>>()?))
            }
            _ => Err(invalid()),
        }
    }
}

/// What stands before what is answered.
pub(super) const ANSWER_HEADER: usize = 1 + 8;

/// What a compiler process is told before it is given the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) limits: CompileLimits,
    pub(super) work: Work,
    /// The length of the component, which follows.
    pub(super) length: u64,
}

impl Request {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.limits.seconds().to_le_bytes());
        out.extend_from_slice(&self.limits.memory.to_le_bytes());
        self.work.encode(&mut out);
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
            work: Work::read(input)?,
            length: number(input)?,
        })
    }
}

/// What a compiler process answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The code.
    Code,
    /// The lines of the places.
    Lines,
    /// Why the component is not valid.
    Invalid,
    /// An allocation failed.
    NoMemory,
    /// Why this process cannot compile for the engine.
    Unable,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Code,
        Self::Lines,
        Self::Invalid,
        Self::NoMemory,
        Self::Unable,
    ];

    fn byte(self) -> u8 {
        match self {
            Self::Code => b'C',
            Self::Lines => b'L',
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
        let place = |function| Place {
            offset: u32::MAX,
            function,
        };
        let lines = |places: usize| Work::Lines((0..places as u32).map(place).collect());
        for work in [Work::Compile([9; 32]), lines(0), lines(AT_A_TIME)] {
            let request = Request {
                limits: CompileLimits::default(),
                work,
                length: 1 << 40,
            };
            let bytes = request.encode();
            assert_eq!(Request::read(&mut bytes.as_slice()).unwrap(), request);
            assert!(Request::read(&mut &bytes[..bytes.len() - 1]).is_err());
        }
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
        let request = Request {
            limits: CompileLimits::default(),
            work: Work::Lines(vec![
                Place {
                    offset: 0,
                    function: 0
                };
                AT_A_TIME + 1
            ]),
            length: 0,
        };
        assert!(Request::read(&mut request.encode().as_slice()).is_err());
    }
}
