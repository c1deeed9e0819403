//! Settings of TypeScript that hold for a package: `tsconfig.json`, in its folder or above it,
//! and what that extends.
//!
//! esbuild looks for it in the folder of each module and in all above. It is handed a copy of the
//! package somewhere else, so the file is copied as well, to the same place beside the copy.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::shared::{self, Shared};
use crate::sources;

/// Names of such files, the first one that is there counts.
const NAMES: [&str; 2] = ["tsconfig.json", "jsconfig.json"];

/// How many of them may extend each other.
const MOST: usize = 32;

/// Those outside of the source folder.
///
/// # Errors
/// What is wrong with one of them, with its path.
pub(super) fn of(source: &Path) -> Result<Vec<Shared>, String> {
    let project = shared::project_of(source);
    let mut found = Vec::new();
    let folders = source
        .ancestors()
        .take_while(|folder| folder.starts_with(&project));
    let mut next: Vec<PathBuf> = folders
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|file| file.is_file())
        .into_iter()
        .collect();
    let mut looked_at = 0;
    while let Some(file) = next.pop() {
        looked_at += 1;
        if looked_at > MOST {
            return Err(format!(
                "{}: it extends more than {MOST} files",
                file.display()
            ));
        }
        if !file.starts_with(source) {
            found.extend(shared::of(source, &[path_from(source, &file)])?);
        }
        let text = sources::read_text(&file).map_err(|error| error.to_string())?;
        // What is no JSON is for esbuild to complain about.
        let settings = serde_json::from_str(&without_comments(&text)).unwrap_or(Value::Null);
        let extends = match settings.get("extends") {
            Some(Value::Array(all)) => all.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        let folder = file.parent().unwrap_or(source);
        // Others are names of packages.
        let paths = extends.iter().filter_map(Value::as_str);
        for path in paths.filter(|path| path.starts_with("./") || path.starts_with("../")) {
            let exact = folder.join(path);
            let named = folder.join(format!("{path}.json"));
            let is_there = [exact, named].into_iter().find(|file| file.is_file());
            let extended = is_there.ok_or_else(|| {
                let file = file.display();
                format!("{file}: \"extends\": {path:?}: there is no such file")
            })?;
            next.push(shared::without_dots(&extended));
        }
    }
    found.dedup();
    Ok(found)
}

/// The path of a file from a folder that it is not in.
fn path_from(folder: &Path, file: &Path) -> String {
    let mut up = String::new();
    let above = folder.ancestors().find(|above| {
        let is_above = file.starts_with(above);
        if !is_above {
            up.push_str("../");
        }
        is_above
    });
    let rest = above.and_then(|above| file.strip_prefix(above).ok());
    format!("{up}{}", rest.unwrap_or(file).display())
}

/// JSON as TypeScript reads it, as others do: without comments, and commas before an end.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => {
                rest = rest
                    .get(rest.find('\n').unwrap_or(rest.len())..)
                    .unwrap_or_default();
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            '}' | ']' => {
                let kept = plain.trim_end();
                if kept.ends_with(',') {
                    plain.truncate(kept.len() - 1);
                }
                1
            }
            c => c.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        plain.push_str(part);
        rest = after;
    }
    plain
}

/// The bytes of the string that a text begins with.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn comments_and_commas_at_the_end_are_no_json() {
        let text = "{ // \"a\"\n \"b\": \"// no, \\\" /* no\", /* c */ \"d\": [1, 2, ],\n}";
        let value: Value = serde_json::from_str(&without_comments(text)).unwrap();
        assert_eq!(
            value,
            serde_json::json!({"b": "// no, \" /* no", "d": [1, 2]})
        );
        for text in ["\"", "\"\\", "/*", "//", ",}", "\u{e9}"] {
            without_comments(text);
        }
    }

    #[test]
    fn the_nearest_file_counts_and_all_that_it_extends_in_the_project() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let source = root.join("p/bolts/count");
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let places = || {
            let found = of(&source).map(|all| all.into_iter().map(|one| one.place));
            found.map(Iterator::collect::<Vec<_>>)
        };
        write("p/topology.yaml", "");
        write("tsconfig.json", "{}");
        write("p/bolts/count/main.ts", "");
        assert_eq!(places(), Ok(Vec::new()));
        write("p/tsconfig.json", "{}");
        assert_eq!(places(), Ok(vec![root.join("p/tsconfig.json")]));
        write(
            "p/bolts/count/tsconfig.json",
            "{\"extends\": [\"../base\", \"@some/package\"]}",
        );
        write(
            "p/bolts/base.json",
            "{\"extends\": \"../tsconfig.json\", /* ! */}",
        );
        let both = ["p/bolts/base.json", "p/tsconfig.json"];
        assert_eq!(places(), Ok(both.map(|name| root.join(name)).to_vec()));
        write("p/tsconfig.json", "{\"extends\": \"./bolts/base.json\"}");
        assert!(places().unwrap_err().contains("more than"));
        for (path, expected) in [
            ("../absent.json", "there is no such file"),
            ("../../../tsconfig.json", "is not in the project"),
        ] {
            let text = format!("{{\"extends\": \"{path}\"}}");
            write("p/bolts/count/tsconfig.json", &text);
            let message = places().unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
