use proptest::prelude::*;

use super::*;

fn allowed(text: &str) -> AllowedHost {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn server(url: &str) -> Result<Server, ServerError> {
    let (scheme, authority) = url.split_once("://").unwrap();
    let scheme = match scheme {
        "https" => HttpScheme::Https,
        _ => HttpScheme::Http,
    };
    Server::parse(scheme, authority)
}

#[test]
fn a_host_is_allowed_with_its_scheme_and_port() {
    for (pattern, yes, no) in [
        (
            "https://api.example.org",
            &[
                "https://api.example.org",
                "https://API.Example.ORG.",
                "https://api.example.org:443",
            ][..],
            &[
                "http://api.example.org",
                "https://api.example.org:8443",
                "https://example.org",
                "https://x.api.example.org",
                "https://api.example.org.evil.example",
            ][..],
        ),
        (
            "http://*.example.org:8080",
            &["http://a.example.org:8080", "http://a.b.example.org:8080"],
            &[
                "http://example.org:8080",
                "http://evilexample.org:8080",
                "http://a.example.org",
                "https://a.example.org:8080",
            ],
        ),
        (
            "https://*",
            &["https://example.org", "https://localhost"],
            &[
                "http://example.org",
                "https://93.184.216.34",
                "https://[2606:4700::1]",
            ],
        ),
        (
            "http://10.0.0.5",
            &[
                "http://10.0.0.5",
                "http://10.0.0.5:80",
                "http://[::ffff:10.0.0.5]",
            ],
            &["http://10.0.0.50", "http://10.0.0.5:81", "https://10.0.0.5"],
        ),
        (
            "https://[fd00::1]:8443",
            &["https://[fd00:0:0::1]:8443"],
            &["https://[fd00::2]:8443", "https://[fd00::1]"],
        ),
    ] {
        let pattern = allowed(pattern);
        for url in yes {
            assert!(pattern.is(&server(url).unwrap()), "{pattern} {url}");
        }
        for url in no {
            assert!(!pattern.is(&server(url).unwrap()), "{pattern} {url}");
        }
    }
}

#[test]
fn what_names_no_server_is_refused() {
    for (text, error) in [
        ("api.example.org", HostError::Scheme),
        ("ftp://example.org", HostError::Scheme),
        ("HTTPS://example.org", HostError::Scheme),
        ("https://example.org/v1", HostError::Path),
        ("https://example.org?a", HostError::Path),
        ("https://a*.example.org", HostError::Wildcard),
        ("https://*.*.org", HostError::Wildcard),
        ("https://*example.org", HostError::Wildcard),
        ("https://*.10.0.0.5", HostError::Wildcard),
        ("https://", ServerError::NoHost.into()),
        ("https://*.", ServerError::NoHost.into()),
        ("https://:80", ServerError::NoHost.into()),
        (
            "https://me:secret@example.org",
            ServerError::Credentials.into(),
        ),
        ("https://example.org:", ServerError::Port.into()),
        ("https://example.org:0", ServerError::Port.into()),
        ("https://example.org:65536", ServerError::Port.into()),
        ("https://example.org:+80", ServerError::Port.into()),
        ("https://*:http", ServerError::Port.into()),
        ("https://[::1]x", ServerError::Port.into()),
        ("https://::1", ServerError::Ipv6.into()),
        ("https://[::1", ServerError::Ipv6.into()),
        ("https://[fe80::1%eth0]", ServerError::Ipv6.into()),
        ("https://127.1", ServerError::Ipv4.into()),
        ("https://2130706433", ServerError::Ipv4.into()),
        ("https://0x7f.0.0.0x1", ServerError::Ipv4.into()),
        ("https://0177.0.0.1", ServerError::Ipv4.into()),
        ("https://10.0.0.5.", ServerError::Ipv4.into()),
        ("https://bücher.example", ServerError::NotAscii.into()),
        ("https://a..example", ServerError::Name.into()),
        ("https://a b.example", ServerError::Name.into()),
        (
            "https://example.org\\@evil.example",
            ServerError::Credentials.into(),
        ),
    ] {
        assert_eq!(text.parse::<AllowedHost>(), Err(error), "{text}");
    }
    let long = format!("https://{}.example", "a".repeat(64));
    assert_eq!(long.parse::<AllowedHost>(), Err(ServerError::Name.into()));
}

#[test]
fn an_address_is_named_by_itself_or_by_its_network() {
    let grant = HttpGrant {
        hosts: ["http://10.0.0.5", "http://db.internal"]
            .map(allowed)
            .into(),
        networks: vec!["10.1.0.0/16".parse().unwrap()],
    };
    let [literal, name] = ["http://10.0.0.5", "http://db.internal"].map(|url| server(url).unwrap());
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    assert!(grant.names(&literal, address("10.0.0.5")));
    assert!(!grant.names(&name, address("10.0.0.5")));
    assert!(grant.names(&name, address("10.1.255.255")));
    assert!(!grant.names(&name, address("10.2.0.0")));
    let other = server("http://10.0.0.6").unwrap();
    assert!(!grant.names(&other, address("10.0.0.6")));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(https?://)?[*.a-z0-9:@\\[\\]/x%-]{0,24}") {
        let _ = text.parse::<AllowedHost>();
        let _ = Server::parse(HttpScheme::Http, &text);
    }

    #[test]
    fn what_is_written_is_read_back(
        text in "https?://(\\*|(\\*\\.)?[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,5}){0,2})(:[1-9][0-9]{0,3})?"
    ) {
        let host = allowed(&text);
        prop_assert_eq!(host.to_string().parse::<AllowedHost>(), Ok(host));
    }

    #[test]
    fn a_server_is_allowed_by_its_own_name(
        text in "https?://([a-z]{1,8}\\.){0,3}[a-z]{2,5}(:[1-9][0-9]{0,3})?"
    ) {
        prop_assert!(allowed(&text).is(&server(&text).unwrap()));
    }
}
