//! Requests as any client may send them.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;

use ureq::Agent;
use ureq::http::Request;

use crate::place::Place;

/// The status of an answer, and its body.
pub(crate) type Answer = (u16, String);

impl Place {
    /// Where the supervisor listens, as it says itself.
    pub(crate) fn url(&self) -> String {
        let url = fs::read_to_string(self.data.url()).unwrap();
        url.trim_end().to_owned()
    }

    pub(crate) fn token(&self) -> String {
        let token = fs::read_to_string(self.data.token()).unwrap();
        token.trim_end().to_owned()
    }

    /// Sends a request with this in the header `Authorization`.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Answer {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url()));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        // Not every method may have a body, an empty one neither.
        let mut answer = match body {
            [] => agent.run(request.body(()).unwrap()),
            body => agent.run(request.body(body).unwrap()),
        }
        .unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), text)
    }

    /// Uploads a component file.
    pub(crate) fn upload(&self, digest: &str, body: &[u8]) -> Answer {
        let token = format!("Bearer {}", self.token());
        self.request(
            "PUT",
            &format!("/v1/components/{digest}"),
            Some(&token),
            body,
        )
    }

    /// Whether there is a component file.
    pub(crate) fn has(&self, digest: &str) -> bool {
        let token = format!("Bearer {}", self.token());
        let path = format!("/v1/components/{digest}");
        match self.request("HEAD", &path, Some(&token), b"") {
            (200, _) => true,
            (404, _) => false,
            other => panic!("{other:?}"),
        }
    }

    /// Begins to upload a component file of which only a part comes.
    pub(crate) fn upload_part(&self, digest: &str, length: usize, part: &[u8]) -> TcpStream {
        let url = self.url();
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        let head = format!(
            "PUT /v1/components/{digest} HTTP/1.1\r\nhost: localhost\r\n\
             authorization: Bearer {}\r\ncontent-length: {length}\r\n\r\n",
            self.token()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(part).unwrap();
        stream
    }
}
