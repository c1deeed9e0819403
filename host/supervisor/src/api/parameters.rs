//! Parameters that an operation does not have.
//!
//! Handlers with parameters read them into a type, which refuses the others. For all other
//! operations they are refused here, by what the OpenAPI document says: a parameter that
//! nobody reads is a slip, and would be passed over in silence.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::answer::Refusal;
use super::routes;
use crate::problem;

/// The paths and methods that have parameters after `?`.
static WITH_PARAMETERS: LazyLock<BTreeSet<(String, Method)>> =
    LazyLock::new(|| with_parameters(&routes::document()));

fn with_parameters(document: &OpenApi) -> BTreeSet<(String, Method)> {
    let mut found = BTreeSet::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in [
            (Method::GET, &item.get),
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::DELETE, &item.delete),
            (Method::HEAD, &item.head),
        ] {
            if operation.as_ref().is_some_and(has_parameters) {
                found.insert((path.clone(), method));
            }
        }
    }
    found
}

fn has_parameters(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    })
}

/// Lets a request through if it has no parameters, or the operation has some.
pub(super) async fn refuse_undeclared(
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let (method, path) = (request.method().clone(), path.as_str().to_owned());
    let has_some = |method| WITH_PARAMETERS.contains(&(path.clone(), method));
    let is_head_of_get = || method == Method::HEAD && has_some(Method::GET);
    if query.is_empty() || has_some(method.clone()) || is_head_of_get() {
        return Ok(next.run(request).await);
    }
    let name = query.split(['=', '&']).next().unwrap_or_default();
    let shown: String = name.chars().take(80).collect();
    Err(Refusal(problem::invalid(format!(
        "unknown parameter `{shown}`: {method} {path} has no parameters after `?`"
    ))))
}
