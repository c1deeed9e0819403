//! One request: whether it is allowed, and its way to the server and back.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, Response, Uri, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use stormcell_topology::{HttpScheme, Server};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::body::Bounded;
use super::connect::Connection;
use super::{Caller, HEADERS};
use crate::human_bytes::human_bytes;

/// A response, and what goes on until its body has been read.
pub(super) type Sent = (
    Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

/// Headers of a response.
const FIELDS: usize = 128;

/// A request that may be sent.
pub(super) struct Admitted {
    caller: Arc<Caller>,
    server: Server,
    request: Request<WasiBody>,
    times: Times,
}

/// What a request may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    connect: Duration,
    first_byte: Duration,
    between_bytes: Duration,
}

impl Times {
    /// What the component wants, within what a call may wait. If it wants nothing, a call
    /// outlives a server that does not answer.
    fn new(wanted: RequestOptions, host_time: Duration) -> Self {
        let within =
            |wanted: Option<Duration>| wanted.map_or(host_time / 2, |time| time.min(host_time));
        Self {
            connect: within(wanted.connect_timeout),
            first_byte: within(wanted.first_byte_timeout),
            between_bytes: within(wanted.between_bytes_timeout),
        }
    }
}

impl Caller {
    /// Whether a request may be made at all. Nothing has been looked up or sent.
    pub(super) fn admit(
        caller: &Arc<Self>,
        request: Request<WasiBody>,
        wanted: RequestOptions,
    ) -> Result<Admitted, Error> {
        let refused = |error: Error, why: &str| {
            caller.notes.refused(request.uri(), why);
            error
        };
        let scheme = HttpScheme::ALL
            .into_iter()
            .find(|scheme| request.uri().scheme_str() == Some(scheme.as_str()))
            .ok_or(Error::HttpProtocolError)?;
        let authority = request.uri().authority().map(http::uri::Authority::as_str);
        let server = Server::parse(scheme, authority.unwrap_or_default()).map_err(|error| {
            refused(
                Error::HttpRequestUriInvalid,
                &format!("it names no server: {error}"),
            )
        })?;
        if !caller.grant.allows(&server) {
            return Err(refused(
                Error::HttpRequestDenied,
                "it is none of the servers in `grants.http.hosts`",
            ));
        }
        if request.method() == Method::CONNECT {
            return Err(refused(
                Error::HttpRequestMethodInvalid,
                "`CONNECT` would make a tunnel of it",
            ));
        }
        let most = caller.limits.http_request_bytes;
        if content_length(request.headers()).is_some_and(|length| length > most) {
            caller.notes.add(request_too_long(&server, most));
            return Err(Error::HttpRequestBodySize(Some(most)));
        }
        Ok(Admitted {
            times: Times::new(wanted, caller.limits.host_time),
            caller: Arc::clone(caller),
            server,
            request,
        })
    }
}

impl Admitted {
    /// Sends it, and waits for the head of the response.
    pub(super) async fn send(self) -> Result<Sent, Error> {
        let Self {
            caller,
            server,
            request,
            times,
        } = self;
        caller.usage.requests.one().await;
        let until = Instant::now() + times.connect;
        let permit = caller.permit(&server, until).await?;
        let connection = caller.connect(&server, until).await?;
        let request = caller.bounded(&server, request);
        let sent = exchange(connection, permit, request);
        let (response, rest) = timeout(times.first_byte, sent)
            .await
            .map_err(|_| Error::ConnectionReadTimeout)??;
        let most = caller.limits.http_response_bytes;
        if content_length(response.headers()).is_some_and(|length| length > most)
            && !response.body().is_end_stream()
        {
            caller.notes.add(response_too_long(&server, most));
            return Err(Error::HttpResponseBodySize(Some(most)));
        }
        let response = response.map(|body| {
            Bounded::new(body, most, move || {
                caller.notes.add(response_too_long(&server, most));
                Error::HttpResponseBodySize(Some(most))
            })
            .silent_at_most(times.between_bytes)
            .boxed_unsync()
        });
        Ok((response, rest))
    }
}

impl Caller {
    /// One of the connections that there may be at a time. One that has just been read to
    /// its end takes a moment to be given back.
    async fn permit(&self, server: &Server, until: Instant) -> Result<OwnedSemaphorePermit, Error> {
        let permit = Arc::clone(&self.connections).acquire_owned();
        match timeout_at(until, permit).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => {
                self.notes.add(format!(
                    "the request to `{server}` was refused: the component has its {} \
                     connections (limits.http-connections) open; a response that is read to \
                     its end, or dropped, gives one back",
                    self.limits.http_connections
                ));
                Err(Error::ConnectionLimitReached)
            }
        }
    }

    /// The request as it is sent to a server: without what would address a proxy, and with
    /// a body that has an end.
    fn bounded(
        self: &Arc<Self>,
        server: &Server,
        request: Request<WasiBody>,
    ) -> Request<Bounded<WasiBody>> {
        let (mut parts, body) = request.into_parts();
        parts.uri = Uri::from(path(&parts.uri));
        let most = self.limits.http_request_bytes;
        let (caller, server) = (Arc::clone(self), server.clone());
        let body = Bounded::new(body, most, move || {
            caller.notes.add(request_too_long(&server, most));
            Error::HttpRequestBodySize(Some(most))
        });
        Request::from_parts(parts, body)
    }
}

/// Sends a request over a connection of its own, until the head of the response is there.
async fn exchange(
    connection: Box<dyn Connection>,
    permit: OwnedSemaphorePermit,
    request: Request<Bounded<WasiBody>>,
) -> Result<
    (
        Response<hyper::body::Incoming>,
        Box<dyn Future<Output = Result<(), Error>> + Send>,
    ),
    Error,
> {
    let (mut sender, driver) = http1::Builder::new()
        .max_buf_size(HEADERS)
        .max_headers(FIELDS)
        .handshake(TokioIo::new(connection))
        .await?;
    let driver = Box::pin(async move {
        let done = driver.await;
        drop(permit);
        done
    });
    let response = pin!(sender.send_request(request));
    match select(response, driver).await {
        Either::Left((response, driver)) => {
            let rest = async move {
                // Whoever reads the body meets what has gone wrong. The library would only
                // log it, and nobody would know on whose behalf.
                let _ = driver.await;
                Ok(())
            };
            Ok((response?, Box::new(rest)))
        }
        Either::Right((done, response)) => {
            done?;
            Ok((response.await?, Box::new(std::future::ready(Ok(())))))
        }
    }
}

/// What is asked of a server. It begins with a `/`, which a URL may leave out: then it is
/// shown with it, and not kept.
fn path(uri: &Uri) -> PathAndQuery {
    uri.path_and_query()
        .and_then(|path| path.to_string().parse().ok())
        .unwrap_or_else(|| PathAndQuery::from_static("/"))
}

/// The length that headers announce, if it is one.
fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn request_too_long(server: &Server, most: u64) -> String {
    format!(
        "a request to `{server}` was broken off: its body is longer than {} \
         (limits.http-request-bytes)",
        human_bytes(most)
    )
}

fn response_too_long(server: &Server, most: u64) -> String {
    format!(
        "a response of `{server}` was broken off: its body is longer than {} \
         (limits.http-response-bytes)",
        human_bytes(most)
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_path_begins_with_a_slash() {
        for (url, asked) in [
            ("http://example.org", "/"),
            ("http://example.org/", "/"),
            ("http://example.org?a=b", "/?a=b"),
            ("http://example.org/a?b", "/a?b"),
        ] {
            let uri: Uri = url.parse().unwrap();
            let parts = uri.into_parts();
            let mut built = Uri::builder().scheme("http").authority("example.org");
            if let Some(path) = parts.path_and_query {
                built = built.path_and_query(path);
            }
            assert_eq!(path(&built.build().unwrap()).to_string(), asked, "{url}");
        }
        let empty = Uri::builder()
            .scheme("http")
            .authority("a")
            .path_and_query("");
        assert_eq!(Uri::from(path(&empty.build().unwrap())).to_string(), "/");
    }

    #[test]
    fn a_component_waits_no_longer_than_its_call_may() {
        let second = Duration::from_secs(1);
        let wanted = RequestOptions {
            connect_timeout: Some(second),
            first_byte_timeout: Some(60 * second),
            between_bytes_timeout: None,
        };
        let times = Times::new(wanted, 4 * second);
        assert_eq!(times.connect, second);
        assert_eq!(times.first_byte, 4 * second);
        assert_eq!(times.between_bytes, 2 * second);
    }
}
