//! What names lead to: nobody is asked.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, Mutex};

use stormcell_sandbox::Resolve;

use super::PUBLIC;

/// The names of all attacks.
pub(crate) static NAMES: LazyLock<Arc<Names>> = LazyLock::new(Arc::default);

/// Knows the names, and keeps which were asked for.
#[derive(Default)]
pub(crate) struct Names {
    asked: Mutex<Vec<String>>,
}

impl Names {
    /// The names that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.asked.lock().unwrap();
        let again = asked.iter().any(|before| before == name);
        asked.push(name.to_owned());
        let address = match name {
            "public.example" => PUBLIC,
            "moving.example" if !again => PUBLIC,
            "moving.example" | "loopback.example" => "127.0.0.1",
            "loopback6.example" => "::1",
            "mapped.example" => "::ffff:127.0.0.1",
            "unspecified.example" => "0.0.0.0",
            "private.example" => "10.0.0.1",
            "metadata.example" => "169.254.169.254",
            "metadata6.example" => "fd00:ec2::254",
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(vec![address.parse().map_err(io::Error::other)?])
    }
}
