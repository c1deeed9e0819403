//! `wasi:http`: calling servers, as far as it is granted.
//!
//! Invariants:
//! - a server that is not granted is refused before its name is looked up, so that no name
//!   tells anybody anything;
//! - a name is looked up once for each request, and the address that was checked is the
//!   one that is connected to: a name that changes its address gains nothing;
//! - the host follows no redirect. A component that does makes a new request, which is
//!   checked like the first;
//! - certificates are always checked, and no setting of the environment names a proxy;
//! - a connection serves one request, and is owned by the instance that made it: when that
//!   is gone, so is the connection;
//! - in a simulation there is no network.
//!
//! A request that is refused is an error that the component sees, and may live with. The
//! interface has only a few words for that, so what was refused and why is also logged, and
//! told with the error of the call ([`notes::Notes`]).

mod address;
mod body;
pub(crate) mod client;
mod connect;
mod error;
mod handler;
pub(crate) mod notes;
pub(crate) mod pace;
mod request;

use std::future::Future;
use std::sync::Arc;

use http::Request;
use stormcell_topology::{HttpGrant, Limits};
use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::secrets::Masks;
use crate::state::State;
use crate::task_usage::TaskUsage;
use client::Client;
use notes::Notes;
use request::Sent;

/// Bytes of the headers of one request or response; the same for every component. They are
/// memory of the host, and a component may hold many (`limits.resources`).
pub(crate) const HEADERS: usize = 32 << 10;

/// Bytes that a component writes at a time to the body of a request, which are memory of
/// the host as well.
const CHUNK: usize = 16 << 10;

/// What an instance may call, and what it uses of that.
pub(crate) struct Http {
    context: WasiHttpCtx,
    hooks: Hooks,
}

/// What decides on a request, and makes it.
struct Hooks {
    /// `None`: it may call nothing.
    caller: Option<Arc<Caller>>,
    notes: Arc<Notes>,
    /// Why there is no `caller`.
    without: &'static str,
}

/// What all requests of an instance have in common.
pub(crate) struct Caller {
    grant: HttpGrant,
    limits: Limits,
    client: Arc<Client>,
    connections: Arc<Semaphore>,
    usage: TaskUsage,
    notes: Arc<Notes>,
}

impl Http {
    /// `client`: that of the process; `None` in a simulation. `masks`: what must not be shown.
    pub(crate) fn new(
        grant: Option<&HttpGrant>,
        limits: &Limits,
        client: Option<&Arc<Client>>,
        usage: &TaskUsage,
        masks: &Masks,
    ) -> Self {
        let notes = Arc::new(Notes::new(masks.clone()));
        let caller = grant
            .zip(client)
            .map(|(grant, client)| Arc::new(Caller::new(grant, limits, client, usage, &notes)));
        let mut context = WasiHttpCtx::new();
        context.set_field_size_limit(HEADERS);
        Self {
            context,
            hooks: Hooks {
                caller,
                notes,
                without: match grant {
                    None => "the component has no grant `http`",
                    Some(_) => "in a simulation there is no network",
                },
            },
        }
    }

    /// What was refused, so far, and is yet to be told.
    fn notes(&self) -> &Notes {
        &self.hooks.notes
    }

    /// What was refused since this was last asked.
    pub(crate) fn take_notes(&self) -> Vec<String> {
        self.hooks.notes.take()
    }
}

impl Caller {
    fn new(
        grant: &HttpGrant,
        limits: &Limits,
        client: &Arc<Client>,
        usage: &TaskUsage,
        notes: &Arc<Notes>,
    ) -> Self {
        Self {
            grant: grant.clone(),
            limits: limits.clone(),
            client: Arc::clone(client),
            connections: Arc::new(Semaphore::new(limits.http_connections as usize)),
            usage: usage.clone(),
            notes: Arc::clone(notes),
        }
    }
}

/// Adds what calls servers. All of it is there without the grant as well, and refuses.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    handler::add_to_linker(linker)
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        let (http, table) = self.http_and_resources();
        WasiHttpCtxView {
            ctx: &mut http.context,
            table,
            hooks: &mut http.hooks,
        }
    }
}

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let Some(caller) = &self.caller else {
            self.notes.refused(request.uri(), self.without);
            return Box::new(std::future::ready(Err(Error::HttpRequestDenied)));
        };
        match Caller::admit(caller, request, options.unwrap_or_default()) {
            Ok(admitted) => Box::new(admitted.send()),
            Err(error) => Box::new(std::future::ready(Err(error))),
        }
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK
    }

    fn p2_error_from_hyper(&mut self, error: &hyper::Error) -> ErrorCode {
        error::of_http(error)
    }

    fn p2_error_from_connect(&mut self, error: &std::io::Error) -> ErrorCode {
        error::of_connection(error)
    }

    fn p2_error_from_tls(&mut self, error: &std::io::Error) -> ErrorCode {
        error::of_tls(error)
    }
}
