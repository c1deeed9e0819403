//! Calls the service that tells machines of a cloud their credentials.

use hostile_guests::*;

struct Attack;

impl Bolt for Attack {
    fn execute(_: Vec<Batch>) -> Result<Outcome, String> {
        http::call_each(&[
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/latest/meta-data/",
            "http://metadata.example/latest/meta-data/",
            "http://metadata6.example/latest/meta-data/",
        ])
    }
}

hostile_guests::bolt!(Attack);
