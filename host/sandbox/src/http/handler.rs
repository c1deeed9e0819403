//! Requests as components make them, before the library sees them.
//!
//! The library logs a warning when a request cannot become one of HTTP. That would be a line
//! for each call, of no task and within no budget; so such a request is refused here, with a
//! note, as any other. And it is told what the body of a response ended with, which the library
//! does not know: bodies are of this host.

use http::Uri;
use http::uri::Scheme as UriScheme;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host as _;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Host as _, IoError, Scheme};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{Error, RequestOptions, WasiHttpView as _};

use super::error;
use crate::state::State;

/// The interfaces that are added to, of the version that the library adds.
const HANDLER: &str = "wasi:http/outgoing-handler@0.2.12";
const TYPES: &str = "wasi:http/types@0.2.12";

type Response = Result<Resource<HostFutureIncomingResponse>, ErrorCode>;

/// Puts this in the place of what the library has added.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    linker.instance(HANDLER)?.func_wrap("handle", handle)?;
    linker
        .instance(TYPES)?
        .func_wrap("http-error-code", error_code)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn handle(
    mut store: StoreContextMut<'_, State>,
    (request, options): (
        Resource<HostOutgoingRequest>,
        Option<Resource<RequestOptions>>,
    ),
) -> wasmtime::Result<(Response,)> {
    let (http, table) = store.data_mut().http_and_resources();
    let asked = table.get_mut(&request)?;
    if let Err(why) = complete(asked) {
        let scheme = match &asked.scheme {
            Some(Scheme::Http) => "http",
            Some(Scheme::Https) | None => "https",
            Some(Scheme::Other(other)) => other,
        };
        let authority = asked.authority.as_deref().unwrap_or_default();
        http.notes().refused_server(scheme, authority, &why);
        table.delete(request)?;
        return Ok((Err(ErrorCode::HttpRequestUriInvalid),));
    }
    let mut view = store.data_mut().http();
    let response = match view.handle(request, options) {
        Ok(response) => Ok(response),
        Err(error) => Err(view.convert_error_code(error)?),
    };
    Ok((response,))
}

/// What an error of a stream says of HTTP. The library looks for the interface's own errors,
/// but what a body ends with is one of [`Error`].
fn error_code(
    mut store: StoreContextMut<'_, State>,
    (error,): (Resource<IoError>,),
) -> wasmtime::Result<(Option<ErrorCode>,)> {
    let (_, table) = store.data_mut().http_and_resources();
    let error = table.get(&error)?;
    let code = match error.downcast_ref::<Error>() {
        Some(error) => error::of_body(error),
        None => error.downcast_ref::<ErrorCode>().cloned(),
    };
    Ok((code,))
}

/// Gives a request the path that it need not have, and says why it has no URL.
fn complete(request: &mut HostOutgoingRequest) -> Result<(), String> {
    let authority = request.authority.as_deref().unwrap_or_default();
    if authority.is_empty() {
        return Err("it names no server".to_owned());
    }
    // None is an empty one, which is sent as `/`.
    let path = request
        .path_with_query
        .get_or_insert_with(|| "/".to_owned());
    let url = Uri::builder()
        // Whether it is one that is served is found out later.
        .scheme(UriScheme::HTTPS)
        .authority(authority)
        .path_and_query(path.as_str())
        .build();
    match url {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("it has no URL: {error}")),
    }
}
