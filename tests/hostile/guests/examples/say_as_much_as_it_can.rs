//! Says as much as it can, in each way that there is: `how` in its configuration.

use hostile_guests::*;

struct Attack;

/// A text of megabytes, with characters that are longer when they are escaped.
fn long() -> String {
    "many \x1b[2Jwords\u{202e}\n\"\\".repeat(1 << 17)
}

fn how() -> String {
    let how = setting("how").unwrap_or_default();
    how.trim_matches('"').to_owned()
}

impl Bolt for Attack {
    fn prepare(_: Context) -> Result<(), String> {
        match how().as_str() {
            "error in prepare" => Err(long()),
            "panic in prepare" => panic!("{}", long()),
            _ => Ok(()),
        }
    }

    fn execute(batches: Vec<Batch>) -> Result<Outcome, String> {
        match how().as_str() {
            "error" => return Err(long()),
            "reasons" => {
                let rows = (0..batches[0].rows).map(|row| FailedRow {
                    row: batches[0].first_row.wrapping_add(row),
                    reason: long(),
                });
                return Ok(Outcome {
                    failed: rows.collect(),
                    ..nothing()
                });
            }
            "panic" => panic!("{}", long()),
            "lines" => {
                for line in long().lines().take(5_000) {
                    eprintln!("{line}");
                }
                panic!("as told")
            }
            "log" => {
                for _ in 0..3 {
                    logging::log(logging::Level::Error, &long());
                }
            }
            "servers" => {
                for n in 0..100 {
                    let url = format!("http://{}{n}.example/", "long.".repeat(10_000));
                    let _ = http::get(&url).and_then(http::send);
                }
                return Err(long());
            }
            _ => {}
        }
        Ok(nothing())
    }

    fn tick(_: u64) -> Result<Outcome, String> {
        match how().as_str() {
            "tick" => Err(long()),
            _ => Ok(nothing()),
        }
    }

    fn close(_: CloseReason) -> Result<Outcome, String> {
        match how().as_str() {
            "close" => Err(long()),
            _ => Ok(nothing()),
        }
    }
}

hostile_guests::bolt!(Attack);
