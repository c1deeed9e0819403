//! Makes requests that have no path, no server, or neither, without end: a library of its
//! host has something to say about each.

use hostile_guests::*;
use wasip2::http::types::{Fields, OutgoingRequest, Scheme};

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut errors = Vec::new();
        for n in 0..30_000 {
            let request = OutgoingRequest::new(Fields::new());
            if n % 5 == 4 {
                request
                    .set_scheme(Some(&Scheme::Other("gopher".to_owned())))
                    .unwrap();
            }
            if n % 3 != 0 {
                request.set_authority(Some("public.example")).unwrap();
            }
            if n % 3 == 2 {
                let path = format!("/{}", "x".repeat(60_000 * (n % 2)));
                let _ = request.set_path_with_query(Some(&path));
            }
            match http::send(request).and_then(http::wait) {
                Ok(_) => return Err("it got out".to_owned()),
                Err(error) if !errors.contains(&error) => errors.push(error),
                Err(_) => {}
            }
        }
        Err(format!("refused: {errors:?}"))
    }
}

hostile_guests::bolt!(Attack);
