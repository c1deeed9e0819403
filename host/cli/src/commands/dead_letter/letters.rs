//! Where dead letters are: in files, or with a supervisor that is asked.

use std::path::Path;
use std::time::Duration;

use stormcell_dead_letters::{Folder, RequestError, StoreError};
use stormcell_protocol::DataDir;
use stormcell_protocol::dead_letter::{
    DroppedLetters, LetterList, ReplayRequested, StoredLetter, WhichLetters,
};

use crate::args::{LettersAt, ServerArgs};
use crate::client::{Client, Endpoint};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::state;
use crate::status::Status;

/// Where dead letters are.
pub(in crate::commands) enum Letters {
    /// In a folder of this machine. That needs no supervisor, and does not disturb one.
    Files(Folder),
    /// With a supervisor.
    Server(Client),
}

impl Letters {
    /// What the options say.
    pub(super) fn at(
        at: &LettersAt,
        console: &Console,
        interrupt: Interrupt,
    ) -> Result<Self, Failure> {
        match server(at) {
            Some(server) => Ok(Self::Server(Client::new(&server, interrupt)?)),
            None => Ok(Self::Files(folder(at, console))),
        }
    }

    /// The same for somebody who does not wait for longer than this.
    pub(in crate::commands) fn soon(
        at: &LettersAt,
        console: &Console,
        patience: Duration,
    ) -> Result<Self, Failure> {
        match server(at) {
            Some(server) => Ok(Self::Server(Client::at(Endpoint::of(&server)?, patience))),
            None => Ok(Self::Files(folder(at, console))),
        }
    }

    /// The topologies that have letters, or had some, by name.
    pub(in crate::commands) async fn topologies(&self) -> Result<Vec<String>, Failure> {
        let stores = match self {
            Self::Files(folder) => folder.stores()?,
            Self::Server(client) => client.letter_stores().await?,
        };
        Ok(stores.into_iter().map(|store| store.topology).collect())
    }

    /// The newest letters of a topology, so many at most.
    pub(in crate::commands) async fn newest(
        &self,
        topology: &str,
        most: usize,
    ) -> Result<LetterList, Failure> {
        Ok(match self {
            Self::Files(folder) => folder.letters(topology, None, most, u64::MAX)?,
            Self::Server(client) => client.letters(topology, most).await?,
        })
    }

    pub(super) async fn show(&self, topology: &str, number: u64) -> Result<StoredLetter, Failure> {
        Ok(match self {
            Self::Files(folder) => folder.letter(topology, number)?,
            Self::Server(client) => client.letter(topology, number).await?,
        })
    }

    pub(super) async fn replay(
        &self,
        topology: &str,
        which: &WhichLetters,
    ) -> Result<ReplayRequested, Failure> {
        Ok(match self {
            Self::Files(folder) => folder.replay(topology, which)?,
            Self::Server(client) => client.replay_letters(topology, which).await?,
        })
    }

    pub(super) async fn drop_letters(
        &self,
        topology: &str,
        which: &WhichLetters,
    ) -> Result<DroppedLetters, Failure> {
        Ok(match self {
            Self::Files(folder) => folder.drop_letters(topology, which)?,
            Self::Server(client) => client.drop_letters(topology, which).await?,
        })
    }
}

/// The supervisor that is to be asked, if one is.
fn server(at: &LettersAt) -> Option<ServerArgs> {
    (at.served || at.server.is_some()).then(|| ServerArgs {
        data: None,
        server: at.server.clone(),
    })
}

fn folder(at: &LettersAt, console: &Console) -> Folder {
    match &at.data {
        Some(data) => Folder::new(DataDir::new(data).dead_letters()),
        None => state::dead_letters(Path::new("."), console),
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        let status = match &error {
            RequestError::Missing { .. } | RequestError::Folder { .. } => Status::NoInput,
            RequestError::Which => Status::Usage,
            RequestError::Store(StoreError::Damaged { .. } | StoreError::Newer { .. }) => {
                Status::BadData
            }
            RequestError::Store(StoreError::TooLarge { .. } | StoreError::Io { .. }) => {
                Status::Internal
            }
        };
        Self::new(status, error.to_string())
    }
}
