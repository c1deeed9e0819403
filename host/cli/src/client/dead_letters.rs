//! Dead letters of a supervisor.

use stormcell_protocol::dead_letter::{
    DroppedLetters, LetterList, LetterStore, ReplayRequested, StoredLetter, WhichLetters,
};

use super::{Call, Client, ClientError};

const LETTERS: &str = "/v1/dead-letters";

/// How many letters a supervisor lists at a time.
const PAGE: usize = 1_000;

/// The path of the letters of a topology. Names need no escape, as those of topologies.
fn of(topology: &str) -> String {
    format!("{LETTERS}/{topology}")
}

impl Client {
    /// Which topologies have letters, and how many.
    pub(crate) async fn letter_stores(&self) -> Result<Vec<LetterStore>, ClientError> {
        self.call(Call::get(LETTERS)).await
    }

    /// The newest letters of a topology, so many at most.
    pub(crate) async fn letters(
        &self,
        topology: &str,
        most: usize,
    ) -> Result<LetterList, ClientError> {
        let mut list = self.page_of_letters(topology, None, most).await?;
        while list.newest.len() < most
            && let Some(last) = list.newest.last().map(|letter| letter.id)
        {
            let left = most - list.newest.len();
            let page = self.page_of_letters(topology, Some(last), left).await?;
            if page.newest.is_empty() {
                break;
            }
            list.newest.extend(page.newest);
        }
        Ok(list)
    }

    async fn page_of_letters(
        &self,
        topology: &str,
        before: Option<u64>,
        most: usize,
    ) -> Result<LetterList, ClientError> {
        let mut call = Call::get(of(topology));
        call.query.push(("limit", most.min(PAGE).to_string()));
        if let Some(before) = before {
            call.query.push(("before", before.to_string()));
        }
        self.call(call).await
    }

    /// One letter.
    pub(crate) async fn letter(
        &self,
        topology: &str,
        number: u64,
    ) -> Result<StoredLetter, ClientError> {
        self.call(Call::get(format!("{}/{number}", of(topology))))
            .await
    }

    /// Asks for letters to be replayed.
    pub(crate) async fn replay_letters(
        &self,
        topology: &str,
        which: &WhichLetters,
    ) -> Result<ReplayRequested, ClientError> {
        let call = Call::post(of(topology) + "/replay").json(which)?;
        self.call(call).await
    }

    /// Forgets letters.
    pub(crate) async fn drop_letters(
        &self,
        topology: &str,
        which: &WhichLetters,
    ) -> Result<DroppedLetters, ClientError> {
        let call = Call::post(of(topology) + "/drop").json(which)?;
        self.call(call).await
    }
}
