#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;

const WHEEL: &str = "https://h/w-1-py3-none-any.whl";

#[test]
fn a_requirement_is_a_name_with_versions_or_the_url_of_a_wheel() {
    for (text, name, is_url) in [
        ("six", "six", false),
        ("  six  ", "six", false),
        ("a", "a", false),
        ("zope.interface", "zope.interface", false),
        ("typing_extensions>=4", "typing_extensions", false),
        ("six==1.17.0", "six", false),
        ("six ~= 1.17, != 1.18.*", "six", false),
        ("six===1.0", "six", false),
        ("six==1!2.0.post1", "six", false),
        ("six==1.0+local.2", "six", false),
        ("six (>=1.0,<2)", "six", false),
        ("rich[jupyter]", "rich", false),
        ("rich [jupyter, other] >=13", "rich", false),
        ("rich[]", "rich", false),
        ("six;python_version>'3'", "six", false),
        ("six>=1 ; sys_platform == 'a/b:c+d@e'", "six", false),
        (&format!("w @ {WHEEL}"), "w", true),
        (&format!("w@{WHEEL}"), "w", true),
        (
            &format!("w[x]@ {WHEEL}#sha256=0 ; python_version > '3'"),
            "w",
            true,
        ),
    ] {
        let read = Requirement::parse(text).unwrap();
        assert_eq!(
            (read.name.as_str(), read.is_url()),
            (name, is_url),
            "{text}"
        );
        assert_eq!(read.text(), text.trim());
    }
}

#[test]
fn what_pip_would_build_is_no_requirement_in_whatever_form_it_is_written() {
    for text in [
        "",
        " ",
        // By a URL or a path without a name.
        "file:///x/evil-1.0.tar.gz",
        "file:evil",
        "FILE:///x/evil",
        "https://h/evil-1.0.tar.gz",
        "http://h/evil.zip",
        WHEEL,
        "git+file:///x/evil",
        "git+https://h/evil.git#egg=evil",
        "git+ssh://git@h/evil",
        "hg+https://h/evil",
        "svn+https://h/evil",
        "bzr+https://h/evil",
        "tools/../../evil",
        "evil/",
        "a/b",
        "a\\b",
        ".",
        "..",
        "./evil",
        "../evil",
        "/x/evil",
        "~/evil",
        "C:\\evil",
        ".[extra]",
        "evil/[extra]",
        // By a name that pip looks for as a file.
        "evil.zip",
        "evil-1.0.tar.gz",
        "evil-1-py3-none-any.whl",
        "evil.TGZ",
        "evil.tar.lzma[extra]",
        "evil==1.zip",
        "evil==1.tar.bz2 ; python_version > '3'",
        // By a name and a URL or path.
        "evil @ file:///x/evil",
        "evil @ ./evil",
        "evil @ /x/evil",
        "evil@git+https://h/evil-1.whl",
        "evil @ https://h/evil-1.tar.gz",
        "evil @ https://h/evil-1.whl other",
        "evil @ https://h/evil-1.whl#/../../../x/evil",
        "evil @ https://h/evil-1.whl?/x",
        "evil @ https://h/../../x/evil-1.whl",
        "evil @ https://h/evil-1.whl;x",
        "evil @",
        "evil @ @ https://h/evil-1.whl",
        // By options, and by what files of requirements know.
        "-r requirements.txt",
        "-rrequirements.txt",
        "-e .",
        "-c constraints.txt",
        "--index-url=https://h",
        "--find-links /x",
        "--no-binary=:all:",
        "six --config-settings=x=y",
        "six --hash=sha256:0",
        "six \\",
        "six \\\n--index-url=https://h",
        "six\nevil",
        "six\r",
        "six\t>=1",
        "six\0",
        "# comment",
        "six # comment",
        "six#egg=x",
        "${EVIL}",
        "six==${EVIL}",
        "$EVIL",
        "%45vil",
        // By what is no version.
        "six 1.0",
        "six=1.0",
        "six>=",
        "six>=1,",
        "six>=1 <2",
        "six==1.0/../../evil",
        "six==1:0",
        "six (>=1",
        "six[a/b]",
        "six[a",
        "six]",
        "six-",
        "-six",
        "_six",
        "séx",
        "'six'",
        "six six",
    ] {
        assert!(Requirement::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn only_what_pip_takes_for_a_wheel_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let (file, folder) = (dir.path().join("a-1.whl"), dir.path().join("b-1.whl"));
    std::fs::write(&file, "").unwrap();
    std::fs::create_dir(&folder).unwrap();
    for url in [
        WHEEL,
        "https://u@h:1/d/w-1+x-py3-none-any.whl#sha256=0",
        &format!("file://{}", file.display()),
    ] {
        assert!(is_wheel(url), "{url}");
    }
    for url in [
        "https://h/w-1.tar.gz",
        "https://h/w-1.tar.gz?w-1.whl",
        "https://h/w-1.tar.gz#w-1.whl",
        "https://h/w-1.whl;w-1.tar.gz",
        "https://h/w-1.tar.gz%2f.whl",
        "https://h/.whl",
        "https://w-1.whl",
        "git+https://h/w-1.whl",
        "hg+https://h/w-1.whl",
        "svn+ssh://h/w-1.whl",
        "bzr+ftp://h/w-1.whl",
        "file:w-1.whl",
        "./w-1.whl",
        &format!("file://{}", folder.display()),
        &format!("file://{}/%61-1.whl", dir.path().display()),
        "file:///proc/self/cwd/absent-1.whl",
    ] {
        assert!(!is_wheel(url), "{url}");
    }
}

/// Texts of pieces that mean something to pip.
fn texts() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "a",
        "evil",
        "1",
        ".",
        "..",
        "/",
        "\\",
        ":",
        "+",
        "-",
        "--",
        "@",
        " ",
        ";",
        "[",
        "]",
        "(",
        ")",
        ",",
        "==",
        ">=",
        "#",
        "?",
        "file",
        "git",
        "https",
        "://",
        "$",
        "{",
        "}",
        "\n",
        ".zip",
        ".tar.gz",
        ".whl",
        "h/w-1.whl",
        "é",
        "%2f",
        "~",
        "*",
        "!",
    ]);
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_names_no_place_but_that_of_a_wheel(text in texts()) {
        let Ok(read) = Requirement::parse(&text) else {
            return Ok(());
        };
        let text = read.text();
        prop_assert!(text.starts_with(|c: char| c.is_ascii_alphanumeric()));
        prop_assert!(!text.contains(|c: char| c.is_control()));
        // pip ends what it installs at the first `;`.
        let what = text.split(';').next().unwrap().trim();
        let (before, url) = match what.split_once('@') {
            Some((before, url)) => (before, Some(url.trim())),
            None => (what, None),
        };
        prop_assert!(!before.contains(['/', '\\', ':', '#', '$', '%']));
        // Of a version there may be a local one: 1.0+local.2.
        let version = before.find(['=', '<', '>', '!', '~']).unwrap_or(before.len());
        let (name, versions) = before.split_at(version);
        prop_assert!(!name.contains('+'));
        prop_assert!(!versions.contains("=+"), "{versions}");
        prop_assert_eq!(url.is_some(), read.is_url());
        if let Some(url) = url {
            prop_assert!(is_wheel(url));
            prop_assert!(!url.split('/').any(|part| part == ".."));
        } else {
            let path = before.split('[').next().unwrap();
            prop_assert!(no_archive(path).is_ok());
            prop_assert!(no_archive(before).is_ok());
        }
    }
}
