//! Uses up what it has, or reaches for what it has not.

use std::cell::Cell;
use std::collections::HashSet;
use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::exports::stormcell::topology::bolt_task::Context;
use crate::setting;
use crate::stormcell::topology::{config, logging, metrics};

unsafe extern "C" {
    /// Of wasi-libc: at most 256 bytes a call.
    fn getentropy(buffer: *mut u8, length: usize) -> i32;
}

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Does what its name says; the text is what it came to.
pub(crate) fn act(name: &str) -> Result<String, String> {
    CALLS.set(CALLS.get() + 1);
    let path = setting("path");
    let said = |error: std::io::Error| format!("{:?}", error.kind());
    match name {
        "count calls" => {
            if CALLS.get() == 2 {
                return Err("the second call fails".to_owned());
            }
            Ok(CALLS.get().to_string())
        }
        "spin" => loop {
            black_box(CALLS.get());
        },
        "work" => {
            for _ in 0..number("rounds")? {
                black_box(CALLS.get());
            }
            Ok("worked".to_owned())
        }
        "spin and sleep" => {
            let sleeps = Duration::from_millis(1);
            loop {
                let begin = Instant::now();
                while begin.elapsed() < sleeps {}
                std::thread::sleep(sleeps);
            }
        }
        "recurse" => Ok(recurse(1).to_string()),
        "recurse without memory" => Ok(descend(black_box(1)).to_string()),
        "draw" => {
            let bytes = number("bytes")?;
            let mut drawn = [0_u8; 256];
            for _ in 0..bytes / drawn.len() {
                // SAFETY: the buffer is as long as it says.
                if unsafe { getentropy(drawn.as_mut_ptr(), drawn.len()) } != 0 {
                    return Err(said(std::io::Error::last_os_error()));
                }
            }
            Ok(format!("{bytes} bytes"))
        }
        "open" => {
            let mut open = Vec::new();
            for _ in 0..number("count")? {
                open.push(std::fs::File::open(&path).map_err(said)?);
            }
            Ok(format!("{} open", open.len()))
        }
        "allocate" => {
            let mut all: Vec<Vec<u8>> = Vec::new();
            loop {
                all.push(black_box(vec![1; 1 << 20]));
            }
        }
        "allocate and live" => {
            let mut buffer: Vec<u8> = Vec::new();
            match buffer.try_reserve(256 << 20) {
                Ok(()) => Ok("got it".to_owned()),
                Err(_) => Err("no memory, and alive".to_owned()),
            }
        }
        "panic" => panic_with("the answer is 42"),
        "exit" => std::process::exit(3),
        "sleep" => {
            std::thread::sleep(Duration::from_secs(3_600));
            Ok("awake".to_owned())
        }
        "read" => std::fs::read_to_string(path).map_err(said),
        "write" => std::fs::write(path, "written")
            .map(|()| "written".to_owned())
            .map_err(said),
        "delete" => std::fs::remove_file(path)
            .map(|()| "deleted".to_owned())
            .map_err(said),
        "environment" => {
            let mut variables: Vec<_> = std::env::vars().map(|(k, v)| format!("{k}={v}")).collect();
            variables.sort();
            Ok(format!(
                "{variables:?} {:?}",
                std::env::args().collect::<Vec<_>>()
            ))
        }
        "connect" => match std::net::TcpStream::connect("127.0.0.1:9") {
            Ok(_) => Ok("connected".to_owned()),
            Err(error) => Err(said(error)),
        },
        "resolve" => match std::net::ToSocketAddrs::to_socket_addrs("localhost:9") {
            Ok(_) => Ok("resolved".to_owned()),
            Err(error) => Err(said(error)),
        },
        "show the clock" => {
            let begun = Instant::now();
            let before = micros();
            std::thread::sleep(Duration::from_millis(5));
            Ok(format!("{before} {} {:?}", micros(), begun.elapsed()))
        }
        "show random numbers" => {
            let mut drawn = [0_u8; 16];
            // SAFETY: the buffer is as long as it says.
            if unsafe { getentropy(drawn.as_mut_ptr(), drawn.len()) } != 0 {
                return Err(said(std::io::Error::last_os_error()));
            }
            let shuffled: Vec<u32> = HashSet::<u32>::from_iter(0..32).into_iter().collect();
            Ok(format!("{drawn:?} {shuffled:?}"))
        }
        "fill" => fill(&path, &setting("by")).map_err(said),
        "print" => {
            println!("out");
            eprintln!("err");
            Ok("printed".to_owned())
        }
        "log" => {
            logging::log(logging::Level::Warn, "a\nb");
            for _ in 0..100 {
                logging::log(logging::Level::Info, &"x".repeat(100));
            }
            logging::log(logging::Level::Error, &"y".repeat(20_000));
            Ok("logged".to_owned())
        }
        "measure" => {
            metrics::count("words.seen", 3);
            metrics::count("not valid!", 1);
            for i in 0..300 {
                metrics::gauge(&format!("g{i}"), f64::from(i));
            }
            Ok("measured".to_owned())
        }
        "show the configuration" => Ok(config::all()),
        "panic with the configuration" => {
            logging::log(logging::Level::Info, &config::all());
            panic_with(&config::all())
        }
        "fail with the configuration" => {
            logging::log(logging::Level::Info, &config::all());
            Err(config::get("key").unwrap_or_default())
        }
        other => Err(format!("told to do something unknown: {other}")),
    }
}

/// Microseconds since the Unix epoch.
fn micros() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_micros()
}

/// Fills a folder in one of several ways until it is told to stop.
fn fill(folder: &str, by: &str) -> std::io::Result<String> {
    use std::fs::{File, OpenOptions, create_dir, hard_link, remove_file};
    use std::io::{Seek as _, SeekFrom, Write as _};
    let block = [b'x'; 64 << 10];
    let mut open = Vec::new();
    for number in 0_u64.. {
        let path = format!("{folder}/{number}");
        match by {
            "one file" => {
                let one = format!("{folder}/one");
                let mut file = OpenOptions::new().create(true).append(true).open(one)?;
                file.write_all(&block)?;
            }
            "files" => File::create(path)?.write_all(b"x")?,
            "empty files" => drop(File::create(path)?),
            "folders" => create_dir(path)?,
            "length" => File::create(path)?.set_len(1 << 20)?,
            "holes" => {
                let mut file = File::create(path)?;
                file.seek(SeekFrom::Start(1 << 20))?;
                file.write_all(b"x")?;
            }
            "links" => {
                if number == 0 {
                    File::create(&path)?.write_all(&block)?;
                } else {
                    hard_link(format!("{folder}/0"), path)?;
                }
            }
            "deleted files" => {
                let mut file = File::create(&path)?;
                file.write_all(&block)?;
                remove_file(path)?;
                open.push(file);
            }
            _ => return Err(std::io::ErrorKind::Unsupported.into()),
        }
    }
    Ok(open.len().to_string())
}

/// A number of its configuration, which is there as a text.
fn number(key: &str) -> Result<usize, String> {
    setting(key)
        .parse()
        .map_err(|_| format!("`{key}` is no number"))
}

/// Whether the context is what the tests' task is given.
pub(crate) fn check(context: &Context) -> Result<(), String> {
    let said = format!("{context:?}");
    let expected = setting("expected");
    match said.replace('"', "'") == expected {
        true => Ok(()),
        false => Err(said.replace('"', "'")),
    }
}

#[inline(never)]
fn panic_with(message: &str) -> ! {
    panic!("{message}")
}

/// Keeps nothing in linear memory, so that it is the call stack that ends.
#[inline(never)]
fn descend(depth: u64) -> u64 {
    if depth == 0 {
        return 1;
    }
    let below = descend(depth.wrapping_add(1));
    below.rotate_left((depth % 61) as u32) ^ depth
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == u64::MAX {
        return 0;
    }
    frame[3] + black_box(recurse(depth + 1))
}
