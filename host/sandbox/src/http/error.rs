//! What went wrong, in the words that the interface has.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use tokio_rustls::rustls;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, TlsAlertReceivedPayload};

use super::HEADERS;

/// A request or its response broke off, or is none.
pub(super) fn of_http(error: &hyper::Error) -> ErrorCode {
    let cause = error.source();
    if let Some(Error::HttpRequestBodySize(size)) = cause.and_then(|cause| cause.downcast_ref()) {
        return ErrorCode::HttpRequestBodySize(*size);
    }
    if error.is_parse_too_large() {
        return ErrorCode::HttpResponseHeaderSectionSize(u32::try_from(HEADERS).ok());
    }
    if error.is_incomplete_message() {
        return ErrorCode::HttpResponseIncomplete;
    }
    let is_io = cause.is_some_and(|cause| cause.is::<io::Error>());
    if error.is_closed() || error.is_canceled() || is_io && !error.is_parse() {
        return ErrorCode::ConnectionTerminated;
    }
    ErrorCode::HttpProtocolError
}

/// The body of a response ended with this.
pub(super) fn of_body(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::Hyper(error) => Some(of_http(error)),
        Error::HttpResponseBodySize(most) => Some(ErrorCode::HttpResponseBodySize(*most)),
        Error::ConnectionReadTimeout => Some(ErrorCode::ConnectionReadTimeout),
        _ => None,
    }
}

/// No connection came about.
pub(super) fn of_connection(error: &io::Error) -> ErrorCode {
    match error.kind() {
        ErrorKind::ConnectionRefused => ErrorCode::ConnectionRefused,
        ErrorKind::TimedOut => ErrorCode::ConnectionTimeout,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            ErrorCode::ConnectionTerminated
        }
        _ => ErrorCode::DestinationUnavailable,
    }
}

/// The server did not prove who it is, or does not speak TLS.
pub(super) fn of_tls(error: &io::Error) -> ErrorCode {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    match cause {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            ErrorCode::TlsCertificateError
        }
        Some(rustls::Error::AlertReceived(alert)) => {
            ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload {
                alert_id: Some(u8::from(*alert)),
                alert_message: Some(format!("{alert:?}")),
            })
        }
        _ => ErrorCode::TlsProtocolError,
    }
}
