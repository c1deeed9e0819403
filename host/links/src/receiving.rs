//! The receiving end of connections: other workers connect to this one to send.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arrow_buffer::Buffer;
use stormcell_acking::Stamp;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::account::Teller;
use crate::codec::{self, Hello, Kind, KnownSchema, Refused, RowsHead, Welcome};
use crate::frames::{FrameReader, invalid};
use crate::members::Members;
use crate::source::Source;
use crate::{Credit, Inbox, Listener, Rows, Stream};

/// How long a credit may wait for others to go with it.
const CREDIT_DELAY: Duration = Duration::from_millis(1);

/// How long to wait after a connection could not be accepted: there may be no file
/// descriptor left.
const ACCEPT_DELAY: Duration = Duration::from_millis(10);

/// Takes connections, for ever. When it is dropped all of them are cut.
pub(crate) async fn accept(mut listener: Box<dyn Listener>, members: Arc<Members>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            stream = listener.accept() => match stream {
                Ok(stream) => {
                    let members = Arc::clone(&members);
                    connections.spawn(async move {
                        if let Err(error) = receive_from(stream, &members).await {
                            tracing::debug!("a connection from another worker ended: {error}");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!("cannot accept a connection from another worker: {error}");
                    sleep(ACCEPT_DELAY).await;
                }
            },
        }
    }
}

/// One connection, until it ends.
async fn receive_from(stream: Box<dyn Stream>, members: &Arc<Members>) -> io::Result<()> {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut reader = FrameReader::new(reader);
    let hello = reader
        .next_up_to(FrameReader::<Box<dyn Stream>>::MAX_GREETING)
        .await?;
    let welcomed = Hello::decode(&hello).map_err(|error| error.to_string());
    let source = match welcomed.and_then(|hello| members.greeted(&hello)) {
        Ok(source) => source,
        Err(reason) => {
            tracing::warn!("refused a connection from another worker: {reason}");
            let frame = Refused { reason }.encode().map_err(invalid)?;
            writer.write_all(&frame).await?;
            return writer.flush().await;
        }
    };
    let connection = Arc::new(Teller::default());
    let expected = source.connect(&connection);
    let welcome = Welcome { expected }.encode().map_err(invalid)?;
    writer.write_all(&welcome).await?;
    writer.flush().await?;
    let receiver = Receiver {
        source: Arc::clone(&source),
        connection: Arc::clone(&connection),
        inbox: Arc::clone(&members.inbox),
        schemas: BTreeMap::new(),
    };
    tokio::select! {
        biased;
        ended = receiver.run(reader) => ended,
        ended = tell(&source, &connection, writer) => ended,
    }
}

/// Tells the sender what has been received and taken, for as long as this is the
/// latest connection.
async fn tell(
    source: &Source,
    connection: &Arc<Teller>,
    mut writer: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut told = BTreeMap::new();
    loop {
        let credit = source.account.tell(&mut told).encode().map_err(invalid)?;
        writer.write_all(&credit).await?;
        writer.flush().await?;
        connection.some.notified().await;
        tokio::select! {
            biased;
            () = connection.much.notified() => {}
            () = sleep(CREDIT_DELAY) => {}
        }
        if !source.is_latest(connection) {
            return Ok(());
        }
    }
}

/// Takes frames in.
struct Receiver {
    source: Arc<Source>,
    connection: Arc<Teller>,
    inbox: Arc<dyn Inbox>,
    /// The schemas of inputs, as they were last.
    schemas: BTreeMap<(u32, u32), KnownSchema>,
}

impl Receiver {
    async fn run(mut self, mut reader: FrameReader<impl AsyncRead + Unpin>) -> io::Result<()> {
        loop {
            let payload = reader.next().await?;
            let stamp = codec::stamp(&payload).map_err(invalid)?;
            match codec::kind(&payload).map_err(invalid)? {
                Kind::Rows => self.rows(&payload)?,
                Kind::Owed => self.owed(stamp, &payload)?,
                other => {
                    return Err(invalid(codec::CodecError::Kind { found: other as u8 }));
                }
            }
        }
    }

    fn rows(&mut self, payload: &Buffer) -> io::Result<()> {
        let head = RowsHead::decode(payload).map_err(invalid)?;
        if self.source.has(head.stamp.sequence) {
            return Ok(());
        }
        let rows = self.decode(&head, payload);
        let account = Arc::clone(&self.source.account);
        let credit = Credit::new(account, head.task, head.rows as usize, head.bytes);
        self.source
            .hand_on(&self.connection, head.stamp, || match rows {
                Some(rows) => self.inbox.rows(rows, credit),
                None => drop(credit),
            })
    }

    /// The rows; `None` if nobody here wants them. They are dropped then, and count as
    /// taken: to ask for them again would not help.
    fn decode(&mut self, head: &RowsHead, payload: &Buffer) -> Option<Rows> {
        let schema = self.inbox.schema(head.task, head.input)?;
        let key = (head.task, head.input);
        let known = match self.schemas.entry(key) {
            Entry::Occupied(mut entry) => {
                if *entry.get().schema() != schema {
                    entry.insert(KnownSchema::new(schema));
                }
                entry.into_mut()
            }
            Entry::Vacant(entry) => entry.insert(KnownSchema::new(schema)),
        };
        match head.batch(payload, known) {
            Ok(batch) => Some(Rows {
                task: head.task,
                input: head.input,
                source_task: head.source_task,
                batch,
                cost: head.bytes,
            }),
            Err(error) => {
                tracing::error!(
                    from = self.source.peer.worker,
                    task = head.task,
                    source_task = head.source_task,
                    rows = head.rows,
                    "rows from another worker cannot be read and are dropped, so their \
                     trees will time out: {error}"
                );
                None
            }
        }
    }

    fn owed(&self, stamp: Stamp, payload: &[u8]) -> io::Result<()> {
        if self.source.has(stamp.sequence) {
            return Ok(());
        }
        let owed = match codec::decode_owed(payload) {
            Ok((_, owed)) => Some(owed),
            Err(error) => {
                tracing::error!(
                    from = self.source.peer.worker,
                    "acks from another worker cannot be read and are dropped, so their \
                     trees will time out: {error}"
                );
                None
            }
        };
        self.source.hand_on(&self.connection, stamp, || {
            if let Some(owed) = owed {
                self.inbox.owed(owed);
            }
        })
    }
}
