#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::testing::has_mark;
use crate::{Builder, Cancel, Silent, testing};

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

/// A `.stormcell` for which this program is the only one there is, and the folder of both.
#[cfg(unix)]
fn env_with(program: &str, script: &str) -> (tempfile::TempDir, BuildEnv) {
    let dir = tempfile::tempdir().unwrap();
    let bin = dir.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let program = bin.join(program);
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let env = BuildEnv::open(&dir.path().join(".stormcell"), Cancel::default()).unwrap();
    (dir, env.with_search_path(bin))
}

#[cfg(unix)]
#[test]
fn an_old_node_is_refused_with_its_version() {
    let (_dir, env) = env_with("node", "echo v18.19.0");
    let message = check_node(&env).unwrap_err().to_string();
    assert!(message.contains("found: v18.19.0"), "{message}");
}

#[cfg(unix)]
#[test]
fn npm_runs_no_script_and_no_git_and_does_not_look_above_its_folder() {
    let said_otherwise = [
        ("NPM_CONFIG_IGNORE_SCRIPTS", "false"),
        ("npm_config_git", "git"),
        ("npm_config_allow_git", "all"),
        ("npm_config_allow_file", "all"),
        ("npm_config_allow_directory", "all"),
    ];
    let (dir, env) = env_with("npm", "echo \"$@\"\n/usr/bin/env");
    let env = env.with_variables(said_otherwise.map(|(name, value)| (name.into(), value.into())));
    let printed = npm(&env, "ci", dir.path()).run(None).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    for option in ["--ignore-scripts", "--no-workspaces"] {
        assert!(lines[0].contains(option), "{printed}");
    }
    // An npm that is run by npm has these variables and no option.
    for variable in [
        "npm_config_ignore_scripts=true",
        "npm_config_allow_git=none",
        "npm_config_allow_file=root",
        "npm_config_allow_directory=root",
        "npm_config_git=git-is-not-run-by-builds",
    ] {
        assert!(lines.contains(&variable), "{printed}");
    }
}

/// Installs tools and builds: needs Node and the npm registry.
#[test]
fn sources_are_built_and_mistakes_are_shown_with_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    let env = testing::env(root.path());
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

/// Installs tools and builds: needs Node and the npm registry.
#[cfg(unix)]
#[test]
fn packages_of_the_same_names_have_each_what_is_in_its_own_folder() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(root.path());
    let project = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = project.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        // Older than what was built.
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap();
    };
    let package = |name: &str, more: &str| {
        format!(
            r#"{{"name": "{name}", "version": "1.0.0", "type": "module", "main": "main.js",
            "stormcell": {{"world": "bolt"}}{more}}}"#
        )
    };
    let words = r#", "dependencies": {"words": "file:words"}"#;
    let mark = |folder: &str| format!("export default 'mark-{folder}-end';\n");
    let folders = ["a/count", "b/count"];
    for folder in folders {
        write(&format!("{folder}/package.json"), &package("count", words));
        write(
            &format!("{folder}/words/package.json"),
            &package("words", ""),
        );
        write(&format!("{folder}/words/main.js"), &mark(&folder[..1]));
        let main = main_with("import known from 'words';");
        write(&format!("{folder}/main.js"), &main);
    }
    let marks = || {
        let sources = folders.map(|folder| project.path().join(folder));
        let built = builder.build_all(&sources, &Silent);
        let marks = built.into_iter().map(|built| {
            let bytes = std::fs::read(built.unwrap().component).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            ["a", "b", "c"].map(|mark| text.contains(&format!("mark-{mark}-end")))
        });
        marks.collect::<Vec<_>>()
    };
    let (a, b, c) = (
        [true, false, false],
        [false, true, false],
        [false, false, true],
    );
    assert_eq!(marks(), [a, b], "two builds at once");
    assert_eq!(marks(), [a, b]);
    write("b/count/words/main.js", &mark("c"));
    assert_eq!(marks(), [a, c]);
    write("b/count/words/main.js", &mark("b"));
    assert_eq!(marks(), [a, b]);
}

/// Installs tools and builds: needs Node and the npm registry.
#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    let root = tempfile::tempdir().unwrap();
    let env = testing::env(root.path());
    let builder = Builder::new(env);
    let source = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(source.path().join(name), text).unwrap();
    write(
        "package.json",
        r#"{"type": "module", "main": "main.js", "stormcell": {"world": "bolt"}}"#,
    );
    let failure = |definition: &str| {
        let import = "import { bolt } from 'stormcell';";
        write(
            "main.js",
            &format!("{import}\nexport default bolt({definition});\n"),
        );
        builder
            .build(source.path(), &Silent)
            .unwrap_err()
            .to_string()
    };
    for (definition, expected) in [
        (
            "{\n  process: ({ line }) => {\n    this.emit({ line });\n  } }",
            ["main.js:4:4", "an arrow function has no this of its own"],
        ),
        (
            "(function () { return { process: (t) => this.emit(t) }; })()",
            ["main.js:2", "process is an arrow function that uses this"],
        ),
        (
            "{ *process() { yield 1; } }",
            ["main.js:2", "process is a generator"],
        ),
        (
            "{\n  outputs: [],\n  execute(line) {} }",
            [
                "main.js:4: execute is never called here",
                "write process(tuple)",
            ],
        ),
    ] {
        let message = failure(definition);
        for text in expected {
            assert!(message.contains(text), "{definition}: {message}");
        }
    }
}

/// Installs tools and builds: needs Node and the npm registry.
#[test]
fn a_package_may_have_the_name_of_a_module_of_node_or_do_without_one() {
    let root = tempfile::tempdir().unwrap();
    let env = testing::env(&root.path().join(".stormcell"));
    let builder = Builder::new(env);
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let source = root.path().join("bolt");
    write(
        "bolt/package.json",
        r#"{"type": "module", "main": "main.js", "stormcell": {"world": "bolt"},
            "dependencies": {"events": "file:../events", "parser": "file:../parser"}}"#,
    );
    write(
        "events/package.json",
        r#"{"name": "events", "version": "1.0.0", "main": "events.js"}"#,
    );
    write(
        "events/events.js",
        "exports.known = 'events of a package';\n",
    );
    write(
        "parser/package.json",
        r#"{"name": "parser", "version": "1.0.0", "main": "node.js",
            "browser": {"./node.js": "./browser.js", "fs": false}}"#,
    );
    write("parser/node.js", "exports.known = 'for Node';\n");
    write(
        "parser/browser.js",
        "const fs = require('fs');\n\
         let found = 'without a stream';\n\
         try { found = require('stream'); } catch {}\n\
         exports.known = `for browsers, ${found}, ${Object.keys(fs).length} files`;\n",
    );
    let main = |rest: &str| {
        let imports = "import { bolt } from 'stormcell';\n\
                       import { known } from 'events';\n\
                       import parser from 'parser';\n";
        write("bolt/main.js", &format!("{imports}{rest}\n"));
        builder.build(&source, &Silent)
    };
    main(
        "const all = `${known}; ${parser.known}`;\n\
         const expected = 'events of a package; for browsers, without a stream, 0 files';\n\
         if (all !== expected) throw new Error(all);\n\
         export default bolt({ process() {} });",
    )
    .unwrap();
    // A module may wait for what is there while the component is built.
    main(
        "const one = await (async () => 1)();\n\
         if (one !== 1) throw new Error('it did not wait');\n\
         export default bolt({ process() {} });",
    )
    .unwrap();
    let message = main("import 'stream';\nexport default bolt({ process() {} });")
        .unwrap_err()
        .to_string();
    assert!(message.contains("stream is a module of Node"), "{message}");
    assert!(message.contains("main.js:4:7"), "{message}");
}

/// A main file with this import, whose component emits what it imports as `known`.
#[cfg(unix)]
fn main_with(import: &str) -> String {
    format!(
        "import {{ bolt }} from 'stormcell';\n{import}\n\
         export default bolt({{ process() {{ return [known]; }} }});\n"
    )
}

/// Installs tools and builds: needs Node and the npm registry.
#[cfg(unix)]
#[test]
fn a_package_reads_and_changes_nothing_outside_of_it() {
    // Around `.stormcell` is what would have npm take its settings and place of packages
    // from there, and what esbuild asks for if it is in an archive by its name.
    let around = tempfile::tempdir().unwrap();
    let kit = around.path().join("kit.zip");
    let pnp = kit.join("node_modules/pnpapi");
    std::fs::create_dir_all(&pnp).unwrap();
    let (ran, workspaces) = (
        around.path().join("ran"),
        r#"{"workspaces": [".stormcell/tools/*"]}"#,
    );
    let planted = format!("require('fs').writeFileSync({:?}, '')\n", ran.display());
    std::fs::write(pnp.join("index.js"), planted).unwrap();
    std::fs::write(kit.join("package.json"), workspaces).unwrap();
    std::fs::write(kit.join(".npmrc"), "registry=http://127.0.0.1:9/\n").unwrap();
    let env = BuildEnv::open(&kit.join(".stormcell"), Cancel::default()).unwrap();
    let builder = Builder::new(env);
    let project = tempfile::tempdir().unwrap();
    let at = |name: &str| project.path().join(name);
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        std::fs::write(at(name), text).unwrap();
    };
    let source = at("count");
    let build = || builder.build(&source, &Silent);
    write("secret.json", "{\"password\": \"hidden\"}");
    let package = |more: &str| {
        format!(
            r#"{{"type": "module", "main": "main.js", "stormcell": {{"world": "bolt"}}{more}}}"#
        )
    };
    write("count/package.json", &package(""));
    std::os::unix::fs::symlink("../secret.json", at("count/link.json")).unwrap();
    let absolute = at("secret.json").display().to_string();
    // Files outside, the target of a link that leads out, and files whose changes do not count
    // are not copied.
    for folder in ["node_modules/words", "target", ".hidden"] {
        write(
            &format!("count/{folder}/index.js"),
            "export default 'hidden';\n",
        );
    }
    for (place, expected) in [
        ("../secret.json", "\"file:../shared\""),
        (
            "./link.json",
            "links out of the source folder were left out: link.json",
        ),
        (absolute.as_str(), "outside of the source folder"),
        ("words", "in a package that package.json depends on"),
        ("./target/index.js", "called target, node_modules"),
        ("./.hidden/index.js", "none that begins with a dot"),
    ] {
        write(
            "count/main.js",
            &main_with(&format!("import known from '{place}';")),
        );
        let message = build().unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(place), "{message}");
        assert!(!message.contains("hidden'"), "{message}");
        assert!(!message.contains("password"), "{message}");
    }
    for folder in ["node_modules", "target", ".hidden"] {
        std::fs::remove_dir_all(at("count").join(folder)).unwrap();
    }

    // A file that nobody writes to is not waited for: it is as good as absent.
    let pipe = at("count/tsconfig.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    write("count/main.js", &main_with("const known = 1;"));
    build().unwrap();
    std::fs::remove_file(&pipe).unwrap();

    // A package beside it, with scripts and settings that would have npm run something.
    let evil = format!("echo ran >> {}", at("ran").display());
    let scripts = |name: &str| {
        format!(
            r#"{{"name": "{name}", "version": "1.0.0", "type": "module", "main": "index.js",
            "scripts": {{"preinstall": "{evil}", "postinstall": "{evil}", "prepare": "{evil}"}}}}"#
        )
    };
    write("words/package.json", &scripts("words"));
    write("words/index.js", "export default 'known word';\n");
    write(
        "count/.npmrc",
        "global=true\nignore-scripts=false\ngit=./git.sh\n",
    );
    write(
        "count/package.json",
        &package(r#", "dependencies": {"words": "file:../words"}"#),
    );
    write("count/main.js", &main_with("import known from 'words';"));
    let before = crate::digest::of_everything(project.path()).unwrap();
    let built = build().unwrap();
    let bytes = std::fs::read(&built.component).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("known word"));
    let after = crate::digest::of_everything(project.path()).unwrap();
    assert_eq!(before, after, "{:?}", std::fs::read_dir(&source));
    assert!(!ran.exists());
    assert_eq!(
        std::fs::read_dir(kit.join("node_modules")).unwrap().count(),
        1
    );

    // What was installed is there for the next build, with what has changed since.
    write("words/index.js", "export default 'other word';\n");
    let again = build().unwrap();
    let bytes = std::fs::read(&again.component).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("other word"));

    let planted = builder
        .env()
        .tool_dir(TOOLS)
        .join("node_modules/planted.js");
    std::fs::write(planted, "").unwrap();
    write(
        "count/main.js",
        &main_with("import known from 'words'; // again"),
    );
    let message = build().unwrap_err().to_string();
    assert!(message.contains("was changed"), "{message}");
}

/// Refused before any tool is asked for: needs neither Node nor a network.
#[test]
fn a_secret_that_is_called_a_dependency_is_refused_and_copied_nowhere() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(root.path());
    let project = tempfile::tempdir().unwrap();
    let source = project.path().join("count");
    std::fs::create_dir(&source).unwrap();
    std::fs::write(project.path().join("id_rsa"), "hidden").unwrap();
    std::fs::write(project.path().join("id.tgz"), "hidden").unwrap();
    let main = "import { bolt } from 'stormcell';\n\
                import known from '../id_rsa' with { type: 'text' };\n\
                export default bolt({ process() { return [known]; } });\n";
    std::fs::write(source.join("main.js"), main).unwrap();
    let absolute = format!("file:{}", project.path().join("id_rsa").display());
    for version in [
        "file:../id_rsa",
        "file:../id.tgz",
        "file:/proc/self/environ",
        absolute.as_str(),
        "../id_rsa",
        "file:..",
    ] {
        // npm does not mind that what is optional cannot be installed.
        let package = format!(
            r#"{{"type": "module", "main": "main.js", "stormcell": {{"world": "bolt"}},
                "dependencies": {{"known": "{version}"}},
                "optionalDependencies": {{"known": "{version}"}}}}"#
        );
        std::fs::write(source.join("package.json"), package).unwrap();
        let message = builder.build(&source, &Silent).unwrap_err().to_string();
        for expected in ["count/package.json: ", "\"known\"", version] {
            assert!(message.contains(expected), "{message}");
        }
        assert!(!root.path().join("work").exists(), "{version}");
    }
}

/// Installs tools and builds: needs Node and the npm registry.
#[cfg(unix)]
#[test]
fn an_archive_is_a_dependency_and_can_itself_not_be_imported() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(root.path());
    let project = tempfile::tempdir().unwrap();
    let at = |name: &str| project.path().join(name);
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        std::fs::write(at(name), text).unwrap();
    };
    write(
        "package/package.json",
        r#"{"name": "words", "version": "1.0.0", "type": "module", "main": "index.js"}"#,
    );
    write("package/index.js", "export default 'known word';\n");
    let pack = |archive: &str| {
        let mut tar = std::process::Command::new("tar");
        tar.current_dir(project.path())
            .args(["-czf", archive, "package"]);
        assert!(tar.status().unwrap().success());
    };
    pack("words-1.0.0.tgz");
    write(
        "count/package.json",
        r#"{"type": "module", "main": "main.js", "stormcell": {"world": "bolt"},
            "dependencies": {"words": "file:../words-1.0.0.tgz"}}"#,
    );
    let build = || builder.build(&at("count"), &Silent);
    write("count/main.js", &main_with("import known from 'words';"));
    let built = build().unwrap();
    let bytes = std::fs::read(&built.component).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("known word"));
    write(
        "count/main.js",
        &main_with("import known from '../words-1.0.0.tgz' with { type: 'text' };"),
    );
    let message = build().unwrap_err().to_string();
    assert!(message.contains("words-1.0.0.tgz"), "{message}");

    // A package in an archive may name no other file or folder (npm 11.19 and later).
    let private = at("private");
    write(
        "private/package.json",
        r#"{"name": "p", "version": "1.0.0"}"#,
    );
    write("private/index.js", "export default 'hidden';\n");
    for place in [
        private.display().to_string(),
        at("words-1.0.0.tgz").display().to_string(),
    ] {
        let package = format!(
            r#"{{"name": "words", "version": "1.0.0", "type": "module", "main": "index.js",
                "dependencies": {{"p": "file:{place}"}}}}"#
        );
        write("package/package.json", &package);
        pack("words-2.0.0.tgz");
        write(
            "count/package.json",
            r#"{"type": "module", "main": "main.js", "stormcell": {"world": "bolt"},
                "dependencies": {"words": "file:../words-2.0.0.tgz"}}"#,
        );
        let message = build().unwrap_err().to_string();
        assert!(message.contains("EALLOW"), "{message}");
        // Nor is anything left of what was copied for npm.
        let work = builder.env().work_dir(&at("count").canonicalize().unwrap());
        assert!(!work.unwrap().join("npm").exists());
    }
}

/// Installs tools and builds: needs Node and the npm registry.
#[cfg(unix)]
#[test]
fn code_outside_of_the_source_folder_is_built_again_whatever_way_it_is_named() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(&root.path().join(".stormcell"));
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let mark =
        |name: &str, mark: &str| write(name, &format!("export default 'mark-{mark}-end';\n"));
    let package = |shared: &str, more: &str| {
        format!(
            r#"{{"type": "module", "main": "main.ts",
            "stormcell": {{"world": "bolt", "shared": [{shared}]}}{more}}}"#
        )
    };
    // A folder that is shared, one that a setting of TypeScript in a folder above leads to, a
    // file, a package of the workspace, and one that this depends on; another by its path.
    write("topology.yaml", "");
    write("package.json", r#"{"workspaces": ["packages/*"]}"#);
    write(
        "tsconfig.json",
        "{ \"extends\": \"./base.json\", /* comment */ }",
    );
    write(
        "base.json",
        r##"{"compilerOptions": {"paths": {"#lib/*": ["./lib/*"]}}}"##,
    );
    mark("lib/norm.js", "one");
    write(
        "one.ts",
        "import norm from './lib/norm.js';\nexport default norm as string;\n",
    );
    write(
        "packages/words/package.json",
        r#"{"name": "words", "version": "1.0.0", "type": "module", "main": "main.js",
        "dependencies": {"norm": "*"}}"#,
    );
    write(
        "packages/words/main.js",
        "export { default } from 'norm';\n",
    );
    write(
        "packages/norm/package.json",
        r#"{"name": "norm", "version": "1.0.0", "type": "module", "main": "main.js"}"#,
    );
    mark("packages/norm/main.js", "one");
    let components = [
        ("a/relative", "\"../../lib\"", "", "../../lib/norm.js"),
        ("a/setting", "\"../../lib\"", "", "#lib/norm.js"),
        ("a/file", "\"../../one.ts\", \"../../lib\"", "", "../../one"),
        (
            "packages/member",
            "",
            r#", "dependencies": {"words": "workspace:*"}"#,
            "words",
        ),
        (
            "a/path",
            "",
            r#", "dependencies": {"norm": "file:../../packages/norm"}"#,
            "norm",
        ),
    ];
    for (folder, shared, more, from) in components {
        write(&format!("{folder}/package.json"), &package(shared, more));
        let main = main_with(&format!("import known from '{from}';"));
        write(&format!("{folder}/main.ts"), &main);
    }
    let sources = components.map(|(folder, ..)| root.path().join(folder));
    let build = || testing::build_all(&builder, &sources);
    for built in build() {
        assert!(has_mark(&built, "one"), "{built:?}");
    }
    assert!(build().iter().all(|built| built.up_to_date));
    mark("lib/norm.js", "two");
    mark("packages/norm/main.js", "two");
    testing::assert_anew(&build(), "two", "one");
    // Where a setting leads is a part of what is built.
    mark("lib/other/norm.js", "three");
    write(
        "base.json",
        r##"{"compilerOptions": {"paths": {"#lib/*": ["./lib/other/*"]}}}"##,
    );
    let after = build();
    assert!(
        has_mark(&after[1], "three") && has_mark(&after[0], "two"),
        "{after:?}"
    );

    // Moved with all of it.
    let moved = root.path().join("moved");
    std::fs::create_dir(&moved).unwrap();
    for name in [
        "a",
        "lib",
        "packages",
        "one.ts",
        "base.json",
        "tsconfig.json",
        "package.json",
        "topology.yaml",
    ] {
        std::fs::rename(root.path().join(name), moved.join(name)).unwrap();
    }
    for (folder, ..) in components {
        let built = builder.build(&moved.join(folder), &Silent).unwrap();
        assert!(built.up_to_date, "{built:?}");
    }
}

/// Installs tools and builds: needs Node and the npm registry.
#[test]
fn settings_and_packages_in_folders_above_the_project_are_not_part_of_a_build() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    // The folder that all is kept in is there as well, so esbuild would find them.
    let builder = testing::builder(&root.path().join(".stormcell"));
    write(
        "tsconfig.json",
        r#"{"compilerOptions": {"paths": {"above": ["./above.js"]}}}"#,
    );
    write("above.js", "export default 1;\n");
    write("p/topology.yaml", "");
    write(
        "p/count/package.json",
        r#"{"type": "module", "main": "main.ts", "stormcell": {"world": "bolt"}}"#,
    );
    write("p/count/main.ts", &main_with("import known from 'above';"));
    let message = builder
        .build(&root.path().join("p/count"), &Silent)
        .unwrap_err()
        .to_string();
    assert!(message.contains("Could not resolve \"above\""), "{message}");
    assert!(message.contains("\"shared\": [\"../shared\"]"), "{message}");
}
