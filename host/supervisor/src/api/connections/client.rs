//! A connection, for those who answer what comes over it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::Response;
use axum::response::IntoResponse as _;
use http_body::{Frame, SizeHint};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::places::{Bounds, Id, Places, Room};

/// All connections.
#[derive(Debug)]
pub(super) struct Clients {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    places: Places,
    /// Ends each.
    sent_away: BTreeMap<Id, CancellationToken>,
}

impl State {
    fn send_away(&mut self, id: Id) {
        if let Some(token) = self.sent_away.remove(&id) {
            token.cancel();
        }
    }
}

/// A connection. Its place is free when this is dropped.
#[derive(Debug)]
pub(in crate::api) struct Client {
    id: Id,
    clients: Arc<Clients>,
    /// Cancelled when it must end, for another one.
    pub(super) sent_away: CancellationToken,
    /// Cancelled when a request with the token has come over it.
    pub(super) known: CancellationToken,
}

impl Clients {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        let state = State {
            places: Places::new(bounds),
            sent_away: BTreeMap::new(),
        };
        Arc::new(Self {
            state: Mutex::new(state),
        })
    }

    /// A connection comes. `None`: there is no room, because requests are being answered
    /// on all of them.
    pub(super) fn come(self: &Arc<Self>) -> Option<Arc<Client>> {
        let mut state = self.state.lock();
        let id = match state.places.come() {
            Room::Free(id) => id,
            Room::InPlaceOf(id, leaves) => {
                state.send_away(leaves);
                id
            }
            Room::None => return None,
        };
        let sent_away = CancellationToken::new();
        state.sent_away.insert(id, sent_away.clone());
        Some(Arc::new(Client {
            id,
            clients: Arc::clone(self),
            sent_away,
            known: CancellationToken::new(),
        }))
    }

    /// Has the stranger end that is there longest.
    pub(super) fn make_room(&self) {
        let mut state = self.state.lock();
        if let Some(leaves) = state.places.evict() {
            state.send_away(leaves);
        }
    }
}

impl Client {
    /// A request with the token is to be answered, until this is dropped.
    fn begin(self: &Arc<Self>) -> Answering {
        self.clients.state.lock().places.begins(self.id);
        self.known.cancel();
        Answering(Arc::clone(self))
    }

    /// Answers a request with the token. The connection is not sent away before the
    /// answer has gone.
    pub(in crate::api) async fn answer(
        self: &Arc<Self>,
        answer: impl Future<Output = axum::response::Response>,
    ) -> axum::response::Response {
        let answering = self.begin();
        let (head, body) = answer.await.into_parts();
        let body = Body::new(Held {
            body,
            _answering: answering,
        });
        Response::from_parts(head, body).into_response()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let mut state = self.clients.state.lock();
        state.places.gone(self.id);
        state.sent_away.remove(&self.id);
    }
}

/// A request is being answered.
struct Answering(Arc<Client>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.clients.state.lock().places.ends(self.0.id);
    }
}

/// The body of an answer, which is being answered until it has gone.
struct Held {
    body: Body,
    _answering: Answering,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
