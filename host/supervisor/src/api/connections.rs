//! The connections of clients: HTTP/1.1.
//!
//! Invariants:
//! - a client costs a bounded amount of memory, and a place among a bounded number of
//!   connections (`places`);
//! - one that has not shown the token within [`STRANGER`] is cut off, whatever it does;
//! - one that does not say what it wants, does not send what it announced, or does not
//!   take what it asked for, does not keep its connection for ever;
//! - nothing that clients do, and no want of files, ends the API or keeps it busy.

mod client;
mod pace;
mod places;
mod stalls;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::net::sockopt;
use stormcell_protocol::api::ProblemCode;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub(super) use client::Client;
use client::Clients;
pub(super) use pace::Paced;
pub(super) use places::Bounds;
use stalls::Stalls;

use super::answer::Refusal;

/// How long a connection may last over which no request with the token has come.
const STRANGER: Duration = Duration::from_secs(10);
/// How long the head of a request may take, and a connection may be without a request.
const HEAD: Duration = Duration::from_secs(30);
/// How long a client may take nothing of what it is sent: somebody may look at a log page
/// by page.
const STALL: Duration = Duration::from_mins(5);
/// What is kept of a connection in each direction, in bytes: as much as the head of a
/// request may have.
const BUFFER: usize = 64 << 10;
/// After an error of the listener, as when too many files are open, it is tried again
/// after this time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// A connection on which nothing is said is asked after this time whether anybody is
/// there, and if not answered again and again at this interval, so many times.
const PROBE: (Duration, Duration, u32) = (Duration::from_mins(1), Duration::from_secs(15), 4);

/// Answers requests until `ending` is cancelled, and then those that have begun. All
/// connections end with it.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    ending: CancellationToken,
    bounds: Bounds,
) {
    let clients = Clients::new(bounds);
    let app = TowerToHyperService::new(app);
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ending.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => match clients.come() {
                Some(client) => {
                    connections.spawn(connection(stream, app.clone(), client, ending.clone()));
                }
                None => refuse(&stream, bounds),
            },
            // The client has gone away.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, "cannot take the connection of a client");
                clients.make_room();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(
    stream: TcpStream,
    app: TowerToHyperService<Router>,
    client: Arc<Client>,
    ending: CancellationToken,
) {
    if let Err(error) = probe(&stream) {
        tracing::debug!(%error, "a client that vanishes may not be missed");
    }
    let with_client = {
        let client = Arc::clone(&client);
        service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Arc::clone(&client));
            app.call(request)
        })
    };
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER);
    let stream = TokioIo::new(Stalls::new(stream, STALL));
    let mut served = pin!(builder.serve_connection(stream, with_client));
    let result = tokio::select! {
        result = served.as_mut() => result,
        () = ending.cancelled() => {
            served.as_mut().graceful_shutdown();
            tokio::select! {
                result = served => result,
                () = unwanted(&client) => return,
            }
        }
        () = unwanted(&client) => return,
    };
    if let Err(error) = result {
        tracing::debug!(%error, "the connection of a client has ended");
    }
}

/// Waits until a connection must end: for another one, or because it is a stranger's.
async fn unwanted(client: &Client) {
    let stranger = async {
        if timeout(STRANGER, client.known.cancelled()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = client.sent_away.cancelled() => {}
        () = stranger => tracing::debug!("a client has not shown the token in time"),
    }
}

/// Has the system notice when the machine of a client is gone.
fn probe(stream: &TcpStream) -> io::Result<()> {
    let (idle, interval, count) = PROBE;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, idle)?;
    sockopt::set_tcp_keepintvl(stream, interval)?;
    sockopt::set_tcp_keepcnt(stream, count)?;
    Ok(())
}

/// Says that there is no room, as far as that can be said without waiting.
fn refuse(stream: &TcpStream, bounds: Bounds) {
    let Refusal(problem) = Refusal::new(
        ProblemCode::Overloaded,
        format!(
            "requests are being answered on all {} connections that there may be; end some, as of \
             `stormcell logs --follow`, or try again later",
            bounds.all
        ),
    );
    let body = serde_json::to_string(&problem).unwrap_or_default() + "\n";
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: \
         {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    tracing::warn!("refused a client: {}", problem.message);
    // A socket that is new takes so little at once.
    let _ = stream.try_write(answer.as_bytes());
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    /// No machine goes away in this test. It looks at what the system is asked to do.
    #[tokio::test]
    async fn a_client_whose_machine_is_gone_is_missed_within_two_minutes() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (client, accepted) = tokio::join!(client, listener.accept());
        let (_client, (stream, _)) = (client.unwrap(), accepted.unwrap());
        assert!(!sockopt::socket_keepalive(&stream).unwrap());
        probe(&stream).unwrap();
        assert!(sockopt::socket_keepalive(&stream).unwrap());
        let asked = sockopt::tcp_keepidle(&stream).unwrap();
        let again = sockopt::tcp_keepintvl(&stream).unwrap();
        let times = sockopt::tcp_keepcnt(&stream).unwrap();
        assert_eq!(asked + again * times, Duration::from_mins(2));
    }
}
