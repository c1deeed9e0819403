//! A network in memory, for tests and simulations: what would be processes are parts of
//! one. Nothing happens at random; the order of events is that of the runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::sync::mpsc;

use super::{Address, Listener, Network, Operation, Stream};

/// So many bytes of a connection are on their way at most.
const ON_THE_WAY: usize = 64 << 10;

/// A network in memory. Clones are the same network.
#[derive(Debug, Clone, Default)]
pub struct MemoryNetwork {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    listeners: BTreeMap<Address, Place>,
    wires: Vec<Wire>,
    /// Between whom no connection can be made, in both directions.
    parted: BTreeSet<(Address, Address)>,
    delay: Duration,
    /// Tells a listener from an earlier one at the same address.
    next_listener: u64,
}

#[derive(Debug)]
struct Place {
    id: u64,
    connections: mpsc::UnboundedSender<Box<MemoryStream>>,
}

/// A connection, by its two ends.
#[derive(Debug)]
struct Wire {
    from: Address,
    to: Address,
    ends: [End; 2],
}

/// One end; `None` when it was cut.
type End = Arc<Mutex<Option<DuplexStream>>>;

impl MemoryNetwork {
    /// A network where nobody listens.
    pub fn new() -> Self {
        Self::default()
    }

    /// The network as it is seen from an address: who connects through it comes from
    /// there.
    pub fn at(&self, address: Address) -> MemoryEndpoint {
        MemoryEndpoint {
            network: self.clone(),
            address,
        }
    }

    /// Cuts all connections between two addresses, and loses what is on its way. They
    /// can connect again.
    pub fn cut(&self, one: &Address, other: &Address) {
        let mut cut = Vec::new();
        for wire in &self.state.lock().wires {
            if (&wire.from, &wire.to) == (one, other) || (&wire.from, &wire.to) == (other, one) {
                cut.extend(wire.ends.iter().map(Arc::clone));
            }
        }
        for end in cut {
            // Dropping one end wakes who waits at the other.
            let stream = end.lock().take();
            drop(stream);
        }
    }

    /// Cuts all connections between two addresses, and lets none be made
    /// ([`io::ErrorKind::TimedOut`]) until they are [joined](Self::join) again.
    pub fn part(&self, one: &Address, other: &Address) {
        self.state.lock().parted.insert(pair(one, other));
        self.cut(one, other);
    }

    /// Lets connections be made between two addresses.
    pub fn join(&self, one: &Address, other: &Address) {
        self.state.lock().parted.remove(&pair(one, other));
    }

    /// From now on it takes so long to connect.
    pub fn delay(&self, delay: Duration) {
        self.state.lock().delay = delay;
    }

    /// Whether somebody listens at an address.
    pub fn listens(&self, at: &Address) -> bool {
        self.state.lock().listeners.contains_key(at)
    }

    fn connect_from(&self, from: &Address, to: &Address) -> io::Result<Box<dyn Stream>> {
        let mut state = self.state.lock();
        if state.parted.contains(&pair(from, to)) {
            return Err(error(
                io::ErrorKind::TimedOut,
                "cannot be reached from",
                from,
                to,
            ));
        }
        let (near, far) = duplex(ON_THE_WAY);
        let [near, far] = [near, far].map(|end| Arc::new(Mutex::new(Some(end))));
        let ends = [Arc::clone(&near), Arc::clone(&far)];
        let [near, far] = [near, far].map(|end| Box::new(MemoryStream { end }));
        let place = state.listeners.get(to);
        if place.is_none_or(|place| place.connections.send(far).is_err()) {
            let kind = io::ErrorKind::ConnectionRefused;
            return Err(error(kind, "does not listen; asked by", from, to));
        }
        // Only the registry holds ends that are gone.
        let alive = |wire: &Wire| wire.ends.iter().any(|end| Arc::strong_count(end) > 1);
        state.wires.retain(alive);
        state.wires.push(Wire {
            from: from.clone(),
            to: to.clone(),
            ends,
        });
        Ok(near)
    }

    fn listen_at(&self, at: Address) -> MemoryListener {
        let mut state = self.state.lock();
        let (connections, incoming) = mpsc::unbounded_channel();
        let id = state.next_listener;
        state.next_listener += 1;
        state
            .listeners
            .insert(at.clone(), Place { id, connections });
        MemoryListener {
            network: self.clone(),
            at,
            id,
            incoming,
        }
    }
}

fn pair(one: &Address, other: &Address) -> (Address, Address) {
    let (one, other) = (one.clone(), other.clone());
    if one <= other {
        (one, other)
    } else {
        (other, one)
    }
}

fn error(kind: io::ErrorKind, what: &str, from: &Address, to: &Address) -> io::Error {
    io::Error::new(kind, format!("{to:?} {what} {from:?}"))
}

/// A [`MemoryNetwork`] as one address sees it.
#[derive(Debug, Clone)]
pub struct MemoryEndpoint {
    network: MemoryNetwork,
    address: Address,
}

impl Network for MemoryEndpoint {
    fn connect(&self, to: Address) -> Operation<'_, Box<dyn Stream>> {
        Box::pin(async move {
            let delay = self.network.state.lock().delay;
            if delay.is_zero() {
                // Others may run, as with a real network.
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(delay).await;
            }
            self.network.connect_from(&self.address, &to)
        })
    }

    fn listen(&self, at: Address) -> Operation<'_, Box<dyn Listener>> {
        Box::pin(async move { Ok(Box::new(self.network.listen_at(at)) as Box<dyn Listener>) })
    }
}

struct MemoryListener {
    network: MemoryNetwork,
    at: Address,
    id: u64,
    incoming: mpsc::UnboundedReceiver<Box<MemoryStream>>,
}

impl Listener for MemoryListener {
    fn accept(&mut self) -> Operation<'_, Box<dyn Stream>> {
        Box::pin(async {
            match self.incoming.recv().await {
                Some(stream) => Ok(stream as Box<dyn Stream>),
                // Another listens at the address now.
                None => std::future::pending().await,
            }
        })
    }
}

impl Drop for MemoryListener {
    fn drop(&mut self) {
        let mut state = self.network.state.lock();
        if state
            .listeners
            .get(&self.at)
            .is_some_and(|place| place.id == self.id)
        {
            state.listeners.remove(&self.at);
        }
    }
}

/// One end of a connection, until it is dropped or cut.
#[derive(Debug)]
struct MemoryStream {
    end: End,
}

impl Drop for MemoryStream {
    fn drop(&mut self) {
        // The registry may hold the end longer.
        let stream = self.end.lock().take();
        drop(stream);
    }
}

impl MemoryStream {
    fn poll<T>(
        &self,
        act: impl FnOnce(Pin<&mut DuplexStream>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match &mut *self.end.lock() {
            Some(stream) => act(Pin::new(stream)),
            None => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncRead for MemoryStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_read(cx, buf))
    }
}

impl AsyncWrite for MemoryStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(|stream| stream.poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll(|stream| stream.poll_shutdown(cx))
    }
}
