//! What a component asks for, in words.

use stormcell_protocol::capabilities::AskedFor;

/// Said of what is imported and not declared.
const TOOLCHAINS: &str =
    "(imported, which need not mean used: toolchains of languages import what they may need)";

/// One line for each thing that it asks for, with the interfaces that it imports for it.
pub(super) fn in_words(asked: &[AskedFor]) -> Vec<String> {
    let mut lines: Vec<String> = asked.iter().map(line).collect();
    if asked.iter().any(|asked| !asked.declared) {
        lines.push(TOOLCHAINS.to_owned());
    }
    lines
}

fn line(asked: &AskedFor) -> String {
    let needed = if asked.declared {
        ", and cannot do without"
    } else {
        ""
    };
    let interfaces = match asked.interfaces.as_slice() {
        [] => String::new(),
        interfaces => format!(": {}", interfaces.join(", ")),
    };
    format!("{asked}{needed}{interfaces}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_a_line_with_its_interfaces() {
        let asked = |name: &str, grant: Option<&str>, interfaces: &[&str], declared| AskedFor {
            name: name.to_owned(),
            words: format!("does {name}"),
            grant: grant.map(str::to_owned),
            interfaces: interfaces.iter().map(ToString::to_string).collect(),
            declared,
        };
        let files = asked(
            "files",
            Some("files"),
            &["wasi:filesystem/types@0.2.6"],
            true,
        );
        let log = asked("log", None, &["a:b/c@1.0.0", "a:b/d@1.0.0"], false);
        assert_eq!(
            in_words(&[files.clone(), log]),
            [
                "files: does files (grants.files), and cannot do without: \
                 wasi:filesystem/types@0.2.6",
                "log: does log: a:b/c@1.0.0, a:b/d@1.0.0",
                TOOLCHAINS,
            ]
        );
        assert_eq!(in_words(&[files]).len(), 1, "it declares all it asks for");
        assert_eq!(in_words(&[]), [""; 0]);
    }
}
