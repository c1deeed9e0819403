//! The OpenAPI document: what is not said by the handlers.

use stormcell_protocol::api::{LogLine, Problem};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as OpenApiDocument, PathItem, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "stormcell",
        version = "1",
        description = "The supervisor of one machine: topologies, component files and logs.\n\n\
            Every answer that is not a success has a `Problem` as its body; its `code` is meant \
            for programs. Within version 1, paths, methods and fields are only added: a client \
            must ignore fields of answers that it does not know. A request with a field that \
            the supervisor does not know is refused.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "topologies", description = "What runs, and changing it"),
        (name = "dead letters", description = "Rows that could not be processed"),
        (name = "components", description = "The WebAssembly files of topologies, by digest"),
        (name = "supervisor", description = "The supervisor itself"),
    ),
    // No answer is one of these; lines of answers are.
    components(schemas(LogLine)),
    modifiers(&TokenScheme),
    security(("token" = [])),
)]
pub(super) struct Head;

struct TokenScheme;

impl Modify for TokenScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut token = Http::new(HttpAuthScheme::Bearer);
        token.description =
            Some("What is in the file `token` of the data folder of the supervisor.".to_owned());
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// What every operation may be answered with, however it is asked.
const COMMON: &[(&str, &str)] = &[
    (
        "422",
        "`invalid`: a parameter is wrong, or there is none of its name",
    ),
    ("500", "`internal`: a bug of stormcell"),
    (
        "503",
        "`overloaded`: requests are being answered on all connections that there may be",
    ),
];

/// The document, with the answers that all operations have.
pub(super) fn with_common_answers(mut document: OpenApiDocument) -> OpenApiDocument {
    for item in document.paths.paths.values_mut() {
        let PathItem {
            get,
            put,
            post,
            delete,
            head,
            ..
        } = item;
        for operation in [get, put, post, delete].into_iter().flatten() {
            add_common(operation, true);
        }
        // An answer to HEAD has no body.
        if let Some(operation) = head {
            add_common(operation, false);
        }
    }
    document
}

fn add_common(operation: &mut Operation, has_body: bool) {
    for (status, description) in COMMON {
        let mut response = ResponseBuilder::new().description(*description);
        if has_body {
            let problem = Ref::from_schema_name(Problem::name());
            let content = ContentBuilder::new().schema(Some(problem)).build();
            response = response.content("application/json", content);
        }
        let responses = &mut operation.responses.responses;
        responses
            .entry((*status).to_owned())
            .or_insert_with(|| response.into());
    }
}

/// The document as text, the same in every build.
pub(super) fn text(document: &OpenApiDocument) -> String {
    // A document of strings cannot fail to be written.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
