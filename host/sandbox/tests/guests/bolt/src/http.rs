//! Calls servers over HTTP, on the plain bindings of WASI.

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::streams::StreamError;

use crate::setting;

/// What it is told to do, if it is this; a text or an error for people.
pub(crate) fn act(what: &str) -> Option<Result<String, String>> {
    let url = setting("url");
    Some(match what {
        "fetch" => fetch(&url),
        "fetch twice" => fetch(&url).and_then(|first| Ok(format!("{first}, {}", fetch(&url)?))),
        "follow" => follow(url),
        "hold" => hold(&url),
        "upload" => upload(&url),
        "send long headers" => long_headers(),
        "tunnel" => tunnel(&url),
        _ => return None,
    })
}

/// The status of the response and its body.
fn fetch(url: &str) -> Result<String, String> {
    let response = send(get(url)?)?;
    let status = response.status();
    Ok(format!("{status} {}", read(response)?))
}

/// The same, by way of as many servers as there are on the way.
fn follow(mut url: String) -> Result<String, String> {
    loop {
        let response = send(get(&url)?)?;
        if !(300..400).contains(&response.status()) {
            return read(response);
        }
        let location = response.headers().get("location").remove(0);
        url = String::from_utf8(location).unwrap();
    }
}

/// Has as many responses as it can have, and reads none.
fn hold(url: &str) -> Result<String, String> {
    let mut held = Vec::new();
    loop {
        match send(get(url)?) {
            Ok(response) => held.push(response),
            Err(error) => return Err(format!("{error} after {}", held.len())),
        }
    }
}

/// Sends so many bytes, whose number it does not say before.
fn upload(url: &str) -> Result<String, String> {
    let size: usize = setting("size").parse().unwrap();
    let request = get(url)?;
    request.set_method(&Method::Post).unwrap();
    let body = request.body().unwrap();
    let response = handle(request, None).map_err(shown)?;
    {
        let stream = body.write().unwrap();
        let mut left = size;
        while left > 0 {
            let chunk = left.min(4096);
            if stream.blocking_write_and_flush(&vec![7; chunk]).is_err() {
                break;
            }
            left -= chunk;
        }
    }
    let _ = OutgoingBody::finish(body, None);
    read(wait(response)?)
}

fn long_headers() -> Result<String, String> {
    let fields = Fields::new();
    for n in 0..1_000 {
        fields.append(&format!("x-{n}"), &[b'a'; 100]).unwrap();
    }
    Ok("made".to_owned())
}

fn tunnel(url: &str) -> Result<String, String> {
    let request = get(url)?;
    request.set_method(&Method::Connect).unwrap();
    read(send(request)?)
}

fn get(url: &str) -> Result<OutgoingRequest, String> {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let request = OutgoingRequest::new(Fields::new());
    let scheme = match scheme {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => Scheme::Other(other.to_owned()),
    };
    request.set_scheme(Some(&scheme)).unwrap();
    let no = |()| format!("`{url}` was refused at once");
    request.set_authority(Some(authority)).map_err(no)?;
    request.set_path_with_query(Some(path)).map_err(no)?;
    Ok(request)
}

/// Waits for the response, but for a connection only a moment.
fn send(request: OutgoingRequest) -> Result<IncomingResponse, String> {
    let options = RequestOptions::new();
    let wait_ms: u64 = setting("wait-ms").parse().unwrap_or(2_000);
    options
        .set_connect_timeout(Some(wait_ms * 1_000_000))
        .unwrap();
    wait(handle(request, Some(options)).map_err(shown)?)
}

fn wait(response: FutureIncomingResponse) -> Result<IncomingResponse, String> {
    loop {
        match response.get() {
            Some(response) => return response.unwrap().map_err(shown),
            None => response.subscribe().block(),
        }
    }
}

fn read(response: IncomingResponse) -> Result<String, String> {
    let body = response.consume().unwrap();
    let mut all = Vec::new();
    {
        let stream = body.stream().unwrap();
        loop {
            match stream.blocking_read(1 << 16) {
                Ok(bytes) => all.extend(bytes),
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(error)) => {
                    return Err(error.to_debug_string());
                }
            }
        }
    }
    IncomingBody::finish(body);
    Ok(String::from_utf8_lossy(&all).into_owned())
}

fn shown(error: ErrorCode) -> String {
    format!("{error:?}")
}
