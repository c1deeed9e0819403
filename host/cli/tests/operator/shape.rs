//! What is printed, without what differs from run to run.

/// The lines, with `#` for each number, `TIME` for each time that something lasts, and one
/// space between words.
pub(crate) fn shape(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words: Vec<String> = line.split_whitespace().map(word).collect();
        let mut out: Vec<&str> = Vec::new();
        for word in &words {
            // `# s`, `# min`, and `# min # s`.
            match (word.trim_end_matches([':', ',']), out.as_slice()) {
                ("s" | "min", [.., "#"]) => {
                    out.pop();
                    out.pop_if(|before| *before == "TIME");
                    out.push(if word.ends_with(':') { "TIME:" } else { "TIME" });
                }
                _ => out.push(word),
            }
        }
        out.join(" ") + "\n"
    });
    lines.collect()
}

fn word(word: &str) -> String {
    if let Some(digest) = word.strip_prefix("sha256:") {
        assert!(digest.starts_with(|c: char| c.is_ascii_hexdigit()));
        return "sha256:#".to_owned();
    }
    let mut out = String::new();
    for c in word.chars() {
        // A fraction and groups of digits belong to the number before them.
        let goes_on = out.ends_with('#');
        match c {
            '0'..='9' if goes_on => {}
            '0'..='9' => out.push('#'),
            ',' | '.' if goes_on && !word.ends_with(c) => {}
            _ => out.push(c),
        }
    }
    out
}

#[test]
fn only_what_differs_is_left_out() {
    let text = "\
name  status  1/2  emitted   2 min 03 s ago
words active    7   12,345.6     0.25 s: 3 source
sha256:0123456789ab -> sha256:ab
";
    assert_eq!(
        shape(text),
        "name status #/# emitted TIME ago\nwords active # # TIME: # source\nsha256:# -> sha256:#\n"
    );
}
