#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::{Builder, Cancel, Silent};

#[test]
fn the_major_version_of_node_is_read() {
    assert_eq!(major("v20.20.2\n"), Some(20));
    assert_eq!(major("20.1"), None);
    assert_eq!(major(""), None);
}

#[test]
fn missing_node_is_named_with_the_line_that_installs_it() {
    let root = tempfile::tempdir().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default())
        .unwrap()
        .with_search_path(empty.path());
    let error = JavaScriptToolchain.ensure_tools(&env, &Silent).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("`node` is not installed"), "{message}");
    assert!(
        message.contains("apt-get install -y nodejs npm"),
        "{message}"
    );
}

#[cfg(unix)]
#[test]
fn an_old_node_is_refused_with_its_version() {
    let root = tempfile::tempdir().unwrap();
    let bin = tempfile::tempdir().unwrap();
    let node = bin.path().join("node");
    std::fs::write(&node, "#!/bin/sh\necho v18.19.0\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&node, mode).unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default())
        .unwrap()
        .with_search_path(bin.path());
    let message = check_node(&env).unwrap_err().to_string();
    assert!(message.contains("found: v18.19.0"), "{message}");
}

/// Installs tools and builds: needs Node and the npm registry.
#[test]
fn sources_are_built_and_mistakes_are_shown_with_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    let env = BuildEnv::open(root.path(), Cancel::default()).unwrap();
    let builder = Builder::new(env);
    let source = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(source.path().join(name), text).unwrap();
    write(
        "package.json",
        r#"{"type": "module", "main": "main.ts", "stormcell": {"world": "bolt"}}"#,
    );
    let build = || builder.build(source.path(), &Silent);
    let failure = || build().unwrap_err().to_string();

    write(
        "main.ts",
        "import { bolt } from 'stormcell';\nexport default bolt({ process() {} } as any);\n",
    );
    assert!(build().unwrap().component.is_file());

    write("main.ts", "const a: number = ;\n");
    assert!(failure().contains("main.ts:1:18"), "{}", failure());

    write(
        "main.ts",
        "\nthrow new Error('at the top');\nexport default 1;\n",
    );
    let message = failure();
    assert!(message.contains("at the top"), "{message}");
    assert!(message.contains("main.ts:2"), "{message}");

    write(
        "main.ts",
        "import { readFile } from 'node:fs';\nexport default readFile;\n",
    );
    assert!(failure().contains("is a module of Node"), "{}", failure());

    write("main.ts", "export const forgotten = 1;\n");
    assert!(
        failure().contains("must export its bolt by default"),
        "{}",
        failure()
    );
}
