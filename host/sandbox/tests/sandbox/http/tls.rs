//! Certificates are always checked.

use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::server::{Answer, Server};
use super::{HERE, NAMES, called, caller, says};

/// Who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

/// The one that the sandbox of these tests trusts.
pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            issuer: Issuer::new(params, key),
            der,
        }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.der.clone()
    }

    /// What proves that a server has this name.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let config =
            ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![CertificateDer::from(certificate.der().to_vec())],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// What a component says that calls `secure.example`.
async fn call(server: &Server) -> String {
    NAMES.set("secure.example", vec![vec![HERE]]);
    let host = format!("https://secure.example:{}", server.port);
    let (spec, _) = caller(
        json!({ "do": "fetch", "url": host }),
        &[&host],
        &["127.0.0.0/8"],
    );
    called(&spec).await
}

#[tokio::test]
async fn a_server_that_is_who_it_says() {
    let acceptor = AUTHORITY.acceptor("secure.example");
    let server = Server::secured(HERE, Answer::Text("hello"), acceptor).await;
    assert_eq!(call(&server).await, "200 hello");
    says(&server.seen(), &["GET / HTTP/1.1"]);
}

#[tokio::test]
async fn a_server_that_is_somebody_else() {
    for acceptor in [
        AUTHORITY.acceptor("other.example"),
        Authority::new().acceptor("secure.example"),
    ] {
        let server = Server::secured(HERE, Answer::Text("in"), acceptor).await;
        says(&call(&server).await, &["TlsCertificateError"]);
        assert_eq!(server.seen(), "", "nothing was sent to it");
    }
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls() {
    let server = Server::start(HERE, Answer::Text("in")).await;
    let said = call(&server).await;
    assert!(
        said.contains("Tls") || said.contains("Connection"),
        "{said}"
    );
    assert_eq!(server.seen(), "");
}
