//! Has a server send responses that break off, of which a library of its host could say
//! something each time.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        let mut errors = Vec::new();
        for how in ["head", "body", "chunk", "nothing", "no-http"] {
            for _ in 0..5 {
                let url = format!("http://public.example/broken/{how}");
                match http::fetch(&url) {
                    Ok(body) => return Err(format!("it came to an end: {how}: {body}")),
                    Err(error) => errors.push(error),
                }
            }
        }
        Err(format!("refused: {}", errors.join("; ")))
    }
}

hostile_guests::bolt!(Attack);
