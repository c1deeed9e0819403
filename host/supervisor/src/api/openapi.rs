//! The OpenAPI document: what is not said by the handlers.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

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

/// The document as text, the same in every build.
pub(super) fn text(document: utoipa::openapi::OpenApi) -> String {
    // A document of strings cannot fail to be written.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
