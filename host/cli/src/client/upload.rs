//! Handing over component files.

use std::fs::File;
use std::io::{self, Read, Take};
use std::path::{Path, PathBuf};

use stormcell_protocol::api::{ComponentSignature, Signed};
use ureq::SendBody;
use ureq::http::Method;

use super::{CHECK, Call, Client, ClientError};

/// Told how many bytes of a file were sent since the last time.
pub(crate) type Sent = Box<dyn Fn(u64) + Send>;

impl Client {
    /// Whether the supervisor has a component file.
    pub(crate) async fn has_component(&self, digest: &str) -> Result<bool, ClientError> {
        let client = self.clone();
        let call = Call::new(Method::HEAD, format!("/v1/components/{digest}"));
        self.blocking(move || match client.send(&call, ()) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    /// Hands over a signature of a component file.
    pub(crate) async fn put_signature(
        &self,
        digest: &str,
        signature: &ComponentSignature,
    ) -> Result<Signed, ClientError> {
        let path = format!("/v1/components/{digest}/signature");
        self.call(Call::new(Method::PUT, path).json(signature)?)
            .await
    }

    /// Hands over a component file.
    pub(crate) async fn upload(
        &self,
        digest: &str,
        path: &Path,
        sent: Sent,
    ) -> Result<(), ClientError> {
        let client = self.clone();
        let path: PathBuf = path.to_owned();
        let mut call = Call::new(Method::PUT, format!("/v1/components/{digest}"));
        call.patience = CHECK;
        self.blocking(move || {
            let unreadable = |error: io::Error| {
                ClientError::Denied(format!("cannot read {}: {error}", path.display()))
            };
            let file = stormcell_regular_file::open(&path).map_err(unreadable)?;
            let size = file.metadata().map_err(unreadable)?.len();
            call.headers.extend([
                ("content-type", "application/wasm".to_owned()),
                ("content-length", size.to_string()),
            ]);
            // A file that grows meanwhile is not what was to be uploaded.
            let file = file.take(size);
            let mut reader = Counted { file, sent };
            client
                .send(&call, SendBody::from_reader(&mut reader))
                .map(|_| ())
        })
        .await
    }
}

/// A file that tells how far it is read.
struct Counted {
    file: Take<File>,
    sent: Sent,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        (self.sent)(read as u64);
        Ok(read)
    }
}
