//! Where a supervisor is, and the token that it wants.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use stormcell_protocol::DataDir;

use super::error::ClientError;
use crate::args::ServerArgs;
use crate::failure::Failure;
use crate::status::Status;

/// How a supervisor was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// By its data folder, which has files with its address and its token.
    Data(DataDir),
    /// By its address, with a token from the environment.
    Url(Address),
}

/// Where to send requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// `http://HOST:PORT`, without a slash at the end.
    pub(super) url: String,
    /// What lets in.
    pub(super) token: String,
}

impl Endpoint {
    /// What the options and the environment say. Options win, then a data folder.
    pub(crate) fn of(args: &ServerArgs) -> Result<Self, Failure> {
        Self::locate(args, |name| std::env::var_os(name))
    }

    fn locate(
        args: &ServerArgs,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, Failure> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let server = match (&args.server, &args.data) {
            (Some(server), _) => Some(server.clone()),
            (None, None) if variable("STORMCELL_DATA").is_none() => text("STORMCELL_SERVER"),
            (None, _) => None,
        };
        if let Some(url) = server {
            let url = check_url(&url)?;
            let token = text("STORMCELL_TOKEN").ok_or_else(|| {
                Failure::new(
                    Status::Usage,
                    format!(
                        "there is no token for {url}: set STORMCELL_TOKEN to the content of \
                         the file `token` in the data folder of that supervisor"
                    ),
                )
            })?;
            return Ok(Self::Url(Address {
                url,
                token: token.trim().to_owned(),
            }));
        }
        let dir = data_dir(args.data.as_deref(), variable)?;
        Ok(Self::Data(DataDir::new(dir)))
    }

    /// Where to send a request now.
    pub(super) fn address(&self) -> Result<Address, ClientError> {
        let data = match self {
            Self::Url(address) => return Ok(address.clone()),
            Self::Data(data) => data,
        };
        let read = |path: PathBuf| match stormcell_regular_file::read_to_string(&path, LONGEST) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(ClientError::absent(self, None))
            }
            Err(error) => Err(ClientError::Denied(format!(
                "cannot read {}: {error}",
                path.display()
            ))),
        };
        let url = read(data.url())?.trim_end_matches('/').to_owned();
        let path = data.token();
        if !path.exists() {
            return Err(ClientError::Denied(format!(
                "the token {} is missing: restart the supervisor, which makes a new one, with \
                 `stormcell serve --data {}`",
                path.display(),
                data.path().display()
            )));
        }
        let token = read(path)?;
        Ok(Address { url, token })
    }
}

/// The files `url` and `token` of a data folder are not longer than this, in bytes.
const LONGEST: u64 = 64 << 10;

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(data) => write!(f, "of {}", data.path().display()),
            Self::Url(address) => write!(f, "at {}", address.url),
        }
    }
}

/// The data folder: as it was named, or the usual one.
pub(crate) fn default_data_dir(named: Option<&Path>) -> Result<PathBuf, Failure> {
    data_dir(named, |name| {
        std::env::var_os(name).filter(|value| !value.is_empty())
    })
}

fn data_dir(
    named: Option<&Path>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<PathBuf, Failure> {
    // As the XDG Base Directory Specification says, a relative path is ignored.
    let absolute = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    named
        .map(Path::to_owned)
        .or_else(|| variable("STORMCELL_DATA").map(PathBuf::from))
        .or_else(|| absolute("XDG_STATE_HOME").map(|state| state.join("stormcell")))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state/stormcell")))
        .ok_or_else(|| {
            Failure::new(
                Status::Usage,
                "neither XDG_STATE_HOME nor HOME is set: name the data folder of the supervisor \
                 with --data or STORMCELL_DATA",
            )
        })
}

/// An address that requests can be sent to.
fn check_url(url: &str) -> Result<String, Failure> {
    let wrong = |why: &str| {
        Err(Failure::new(
            Status::Usage,
            format!("`{url}` is not the address of a supervisor: {why}"),
        ))
    };
    let Ok(uri) = url.parse::<ureq::http::Uri>() else {
        return wrong("write http://HOST:PORT");
    };
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => {
            return wrong(
                "https is not spoken here; forward a local port, for instance with `ssh -L`, \
                 and write http://HOST:PORT",
            );
        }
        _ => return wrong("write http://HOST:PORT"),
    }
    if !uri.path().trim_matches('/').is_empty() || uri.query().is_some() {
        return wrong("write http://HOST:PORT without a path");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::collections::BTreeMap;

    use super::*;

    fn locate(args: &ServerArgs, variables: &[(&str, &str)]) -> Result<Endpoint, String> {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        Endpoint::locate(args, |name| variables.get(name).map(OsString::from))
            .map_err(|failure| failure.messages().join("\n"))
    }

    fn data(path: &str) -> Endpoint {
        Endpoint::Data(DataDir::new(path))
    }

    #[test]
    fn options_win_over_variables_and_these_over_the_usual_folder() {
        let none = ServerArgs::default();
        let home = ("HOME", "/home/ada");
        assert_eq!(
            locate(&none, &[home]),
            Ok(data("/home/ada/.local/state/stormcell"))
        );
        let state = ("XDG_STATE_HOME", "/state");
        assert_eq!(locate(&none, &[home, state]), Ok(data("/state/stormcell")));
        let relative = ("XDG_STATE_HOME", "state");
        assert_eq!(
            locate(&none, &[home, relative]),
            Ok(data("/home/ada/.local/state/stormcell"))
        );
        let server = ("STORMCELL_SERVER", "http://[::1]:7070/");
        let token = ("STORMCELL_TOKEN", "secret\n");
        let at = Endpoint::Url(Address {
            url: "http://[::1]:7070".to_owned(),
            token: "secret".to_owned(),
        });
        assert_eq!(locate(&none, &[home, server, token]), Ok(at));
        let variable = ("STORMCELL_DATA", "there");
        assert_eq!(
            locate(&none, &[home, server, token, variable]),
            Ok(data("there"))
        );
        let option = ServerArgs {
            data: Some("here".into()),
            server: None,
        };
        assert_eq!(
            locate(&option, &[home, server, token, variable]),
            Ok(data("here"))
        );
        let option = ServerArgs {
            data: None,
            server: Some("http://other:1".to_owned()),
        };
        assert!(matches!(
            locate(&option, &[token, variable]),
            Ok(Endpoint::Url(address)) if address.url == "http://other:1"
        ));
    }

    #[test]
    fn what_is_missing_is_said() {
        let none = ServerArgs::default();
        assert!(locate(&none, &[]).unwrap_err().contains("--data"));
        let server = ("STORMCELL_SERVER", "http://host:7070");
        let message = locate(&none, &[server]).unwrap_err();
        assert!(message.contains("STORMCELL_TOKEN"), "{message}");
        for (url, expected) in [
            ("https://host:1", "ssh -L"),
            ("host:7070", "http://HOST:PORT"),
            ("http://host/path", "without a path"),
            ("", "http://HOST:PORT"),
            ("http://ho st", "http://HOST:PORT"),
        ] {
            let message = check_url(url).unwrap_err().messages().join("\n");
            assert!(message.contains(expected), "{url}: {message}");
        }
    }
}
