//! What a component can reach, in words.

/// What each prefix of an interface's name gives, the longest prefixes first.
const MEANING: &[(&str, &str)] = &[
    ("stormcell:topology/config", "its configuration"),
    ("stormcell:topology/logging", "log lines"),
    (
        "stormcell:topology/metrics",
        "counters and gauges of its own",
    ),
    ("stormcell:topology/types", ""),
    (
        "wasi:cli/environment",
        "environment variables, only those granted",
    ),
    ("wasi:cli/exit", "ending its own instance"),
    ("wasi:cli/stdin", "standard input, which is empty"),
    (
        "wasi:cli/stdout",
        "standard output and error, shown only if granted",
    ),
    (
        "wasi:cli/stderr",
        "standard output and error, shown only if granted",
    ),
    (
        "wasi:cli/terminal",
        "whether it writes to a terminal, which it does not",
    ),
    ("wasi:clocks", "the time"),
    ("wasi:filesystem", "files, only in granted folders"),
    ("wasi:io", "waiting and streams of bytes, for the others"),
    ("wasi:random", "random numbers"),
    (
        "wasi:sockets",
        "the network, which always answers with an error",
    ),
];

/// One line for each thing that these interfaces give, with their names.
pub(super) fn in_words(imports: &[String]) -> Vec<String> {
    let mut things: Vec<(&str, Vec<&str>)> = Vec::new();
    for import in imports {
        let meaning = MEANING
            .iter()
            .find(|(prefix, _)| import.starts_with(prefix))
            .map_or("not provided here", |(_, meaning)| meaning);
        if meaning.is_empty() {
            continue;
        }
        match things.iter_mut().find(|(thing, _)| *thing == meaning) {
            Some((_, names)) => names.push(import),
            None => things.push((meaning, vec![import])),
        }
    }
    things
        .into_iter()
        .map(|(meaning, names)| format!("{meaning}: {}", names.join(", ")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_told_by_what_they_give() {
        let imports = [
            "stormcell:topology/types@0.1.0",
            "stormcell:topology/logging@0.1.0",
            "wasi:cli/stdout@0.2.6",
            "wasi:clocks/wall-clock@0.2.6",
            "wasi:cli/stderr@0.2.6",
            "acme:db/query@1.0.0",
        ]
        .map(str::to_owned);
        assert_eq!(
            in_words(&imports),
            [
                "log lines: stormcell:topology/logging@0.1.0",
                "standard output and error, shown only if granted: wasi:cli/stdout@0.2.6, wasi:cli/stderr@0.2.6",
                "the time: wasi:clocks/wall-clock@0.2.6",
                "not provided here: acme:db/query@1.0.0",
            ]
        );
    }
}
