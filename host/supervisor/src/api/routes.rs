//! Which handler answers which path.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use stormcell_protocol::api::ProblemCode;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::answer::Refusal;
use super::{
    ApiState, auth, changes, components, dead_letters, info, input, logs, openapi, submissions,
    topologies,
};

/// All routes, with their description. None asks for the token yet.
pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(openapi::Head::openapi())
        .routes(routes!(info::server))
        .routes(routes!(info::openapi))
        .routes(routes!(topologies::list, topologies::submit))
        .routes(routes!(topologies::show, topologies::kill))
        .routes(routes!(topologies::remove_state))
        .routes(routes!(changes::activate))
        .routes(routes!(changes::deactivate))
        .routes(routes!(changes::rebalance))
        .routes(routes!(changes::deploy))
        .routes(routes!(changes::rollback))
        .routes(routes!(logs::logs))
        .routes(routes!(submissions::list))
        .routes(routes!(submissions::remove))
        .routes(routes!(dead_letters::stores))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::show))
        .routes(routes!(dead_letters::replay))
        .routes(routes!(dead_letters::drop_letters))
        .routes(routes!(components::has, components::put))
        .routes(routes!(components::sign))
}

/// The whole application.
pub(super) fn app(state: ApiState) -> Router {
    let (router, _) = routes().split_for_parts();
    router
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(input::DOCUMENT))
        .layer(from_fn_with_state(state.clone(), auth::require_token))
        .with_state(state)
}

async fn no_such_path(request: Request) -> Refusal {
    let path = request.uri().path();
    Refusal::new(
        ProblemCode::NotFound,
        format!(
            "there is no path {path}; GET {} lists those there are",
            info::OPENAPI
        ),
    )
}

async fn no_such_method(request: Request) -> Refusal {
    let (method, path) = (request.method(), request.uri().path());
    Refusal::new(
        ProblemCode::MethodNotAllowed,
        format!(
            "{path} has no method {method}; the header `Allow` of this answer lists those it has"
        ),
    )
}
