//! Calls servers over HTTP, on the plain bindings of WASI.

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, Scheme,
};
use wasip2::io::streams::StreamError;

use crate::Outcome;

/// Calls each of these, of which none may answer; an error that has what the host said.
pub fn call_each(urls: &[&str]) -> Result<Outcome, String> {
    let mut refused = Vec::new();
    for url in urls {
        match fetch(url) {
            Ok(body) => return Err(format!("it got out: {url} says {body}")),
            Err(error) => refused.push(format!("{url}: {error}")),
        }
    }
    Err(format!("refused: {}", refused.join("; ")))
}

/// The body of the response to a request.
pub fn fetch(url: &str) -> Result<String, String> {
    read(wait(send(get(url)?)?)?)
}

/// Follows redirects, as libraries do.
pub fn fetch_following(url: &str) -> Result<String, String> {
    let mut url = url.to_owned();
    loop {
        let response = wait(send(get(&url)?)?)?;
        let mut location = response.headers().get("location");
        match location.pop() {
            Some(location) => url = String::from_utf8(location).map_err(|e| e.to_string())?,
            None => return read(response),
        }
    }
}

/// A request for a URL.
pub fn get(url: &str) -> Result<OutgoingRequest, String> {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = match scheme {
        "https" => Scheme::Https,
        _ => Scheme::Http,
    };
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).unwrap();
    let no = |()| "refused before it was made".to_owned();
    request.set_authority(Some(authority)).map_err(no)?;
    request.set_path_with_query(Some(path)).map_err(no)?;
    Ok(request)
}

/// Sends it, and does not wait.
pub fn send(request: OutgoingRequest) -> Result<FutureIncomingResponse, String> {
    handle(request, None).map_err(|error| format!("{error:?}"))
}

/// Waits for the head of a response.
pub fn wait(response: FutureIncomingResponse) -> Result<IncomingResponse, String> {
    loop {
        match response.get() {
            Some(response) => return response.unwrap().map_err(|error| format!("{error:?}")),
            None => response.subscribe().block(),
        }
    }
}

/// Reads a response to its end, and keeps only so much of it as a person reads.
pub fn read(response: IncomingResponse) -> Result<String, String> {
    let body = response.consume().unwrap();
    let mut kept = Vec::new();
    {
        let stream = body.stream().unwrap();
        loop {
            match stream.blocking_read(1 << 16) {
                Ok(bytes) if kept.len() < 100 => kept.extend(bytes),
                Ok(_) => {}
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(error)) => {
                    return Err(error.to_debug_string());
                }
            }
        }
    }
    IncomingBody::finish(body);
    kept.truncate(100);
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

/// Sends a body that never ends, until nobody takes it any more.
pub fn upload_without_end(url: &str) -> Result<String, String> {
    let request = get(url)?;
    request.set_method(&Method::Post).unwrap();
    let body = request.body().unwrap();
    let response = send(request)?;
    {
        let stream = body.write().unwrap();
        while stream.blocking_write_and_flush(&[7; 4096]).is_ok() {}
    }
    let _ = OutgoingBody::finish(body, None);
    read(wait(response)?)
}
