//! What the commands that build do with source folders of strangers: the real binary and
//! the real tools, as far as they are needed to see what they are given.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use command::run;
use tempfile::TempDir;

/// A project with its own `.stormcell`, of which the environment says nothing.
struct Project(TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = project.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A script that can be run.
    fn program(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, program: &str, arguments: &[&str]) -> std::process::Command {
        self.here(command::command(program), arguments)
    }

    fn stormcell(&self, arguments: &[&str]) -> std::process::Command {
        self.here(command::stormcell(), arguments)
    }

    fn here(
        &self,
        mut command: std::process::Command,
        arguments: &[&str],
    ) -> std::process::Command {
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env("STORMCELL_HOME", self.path(".stormcell"));
        command
    }

    /// The last status, and what was said on standard error.
    fn fails(command: &mut std::process::Command) -> (i32, String) {
        let output = run(command);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{said}");
        (output.status.code().unwrap(), said)
    }
}

const TOPOLOGY: &str = "name: t\nspouts: [{ id: verses, component: verses }]\n\
     bolts: [{ id: split, component: split }]\n\
     streams: [{ from: verses, to: split, grouping: { type: shuffle } }]\n";

const ONE_SPOUT: &str = "name: t\nspouts: [{ id: s, component: verses }]\n";

const CARGO: &str = "[package]\nname = \"verses\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                     [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";

const PYTHON: &str = "[tool.stormcell]\nworld = \"bolt\"\nclass = \"split:Split\"\n";

/// A build script that writes down what it sees.
const SPY: &str = r#"fn main() {
    let seen: String = std::env::vars().map(|(n, v)| format!("{n}={v}\n")).collect();
    std::fs::write("seen", seen).unwrap();
    let input = std::io::read_to_string(std::io::stdin()).unwrap();
    std::fs::write("input", input).unwrap();
    let open = std::fs::read_to_string("/proc/self/fd/9");
    std::fs::write("file", open.unwrap_or_default()).unwrap();
}
"#;

#[test]
fn a_stranger_s_build_script_sees_no_secret_whatever_command_builds() {
    let project = Project::new(&[
        (
            "topology.yaml",
            &TOPOLOGY.replace("component: split", "component: verses"),
        ),
        ("verses/Cargo.toml", CARGO),
        ("verses/src/lib.rs", ""),
        ("verses/build.rs", SPY),
        ("secret", "the secret file"),
    ]);
    let seen = |name: &str| fs::read_to_string(project.path("verses").join(name)).unwrap();
    for (n, arguments) in [
        "build topology.yaml",
        "validate topology.yaml",
        "run topology.yaml",
        "inspect topology.yaml",
    ]
    .iter()
    .enumerate()
    {
        // Cargo runs the script again, because its package has changed.
        fs::write(project.path("verses/src/lib.rs"), format!("// {n}\n")).unwrap();
        let _ = fs::remove_file(project.path("verses/seen"));
        // As a shell has it for `stormcell ... 9<secret`, with something to read.
        let script = format!(
            "exec 9<secret; echo typed | '{}' {arguments}",
            env!("CARGO_BIN_EXE_stormcell")
        );
        run(project
            .command("sh", &["-c", &script])
            .env("STORMCELL_TOKEN", "hidden-1")
            .env("STORMCELL_SECRET_API", "hidden-2")
            .env("AWS_SECRET_ACCESS_KEY", "hidden-3")
            .env("CARGO_REGISTRY_TOKEN", "hidden-4")
            .env("DATABASE_URL", "hidden-5")
            .env("SSH_AUTH_SOCK", "hidden-6")
            .env("CARGO_TERM_QUIET", "false")
            .env("WANTED", "wanted")
            .env("STORMCELL_BUILD_ENV", "WANTED"));
        let variables = seen("seen");
        assert!(!variables.contains("hidden"), "{arguments}: {variables}");
        assert!(!variables.contains("STORMCELL"), "{arguments}: {variables}");
        for expected in [
            "PATH=",
            "HOME=",
            "CARGO_TERM_QUIET=false\n",
            "WANTED=wanted\n",
        ] {
            assert!(variables.contains(expected), "{arguments}: {variables}");
        }
        assert_eq!(seen("input"), "", "{arguments}");
        assert_eq!(seen("file"), "", "{arguments}");
    }
}

/// A project in which every tool that is run leaves its name.
fn watched() -> Project {
    let project = Project::new(&[
        ("topology.yaml", TOPOLOGY),
        ("verses/Cargo.toml", CARGO),
        ("verses/src/lib.rs", ""),
        ("split/pyproject.toml", PYTHON),
        ("split/split.py", ""),
    ]);
    for tool in ["cargo", "rustc", "rustup", "python3", "node", "npm"] {
        let ran = project.path("ran");
        let script = format!("echo {tool} >> '{}'; exit 1", ran.display());
        project.program(&format!("bin/{tool}"), &script);
    }
    project
}

#[test]
fn with_no_build_no_tool_is_run_and_what_was_not_built_is_named() {
    let project = watched();
    for arguments in [
        &["run", "topology.yaml"][..],
        &["inspect", "topology.yaml"],
        &["sign", "--key", "release.key", "split"],
    ] {
        let bin = project.path("bin");
        let key = project.stormcell(&["keygen", "release"]).status().unwrap();
        assert!(key.success() || project.path("release.key").exists());
        let mut command = project.stormcell(arguments);
        let (status, said) = Project::fails(command.arg("--no-build").env("PATH", bin));
        assert_eq!(status, 1, "{arguments:?}: {said}");
        let split = project.path("split").canonicalize().unwrap();
        let expected = [
            format!("{}: this source folder has not been built", split.display()),
            format!("stormcell build {}", split.display()),
            "--no-build".to_owned(),
        ];
        for expected in expected {
            assert!(said.contains(&expected), "{arguments:?}: {said}");
        }
        assert!(!project.path("ran").exists(), "{arguments:?}");
        // The others do run them.
        let mut command = project.stormcell(arguments);
        Project::fails(command.env("PATH", project.path("bin")));
        fs::remove_file(project.path("ran")).unwrap();
    }
}

/// What a stranger would call his modules, for the Python that builds to find them first.
#[test]
fn modules_in_the_current_folder_are_not_run_by_the_tools_of_a_build() {
    let evil =
        "import os\nopen(os.path.join(os.path.dirname(__file__), 'ran'), 'a').write(__name__)\n";
    let names = [
        "venv",
        "ensurepip",
        "pip",
        "componentize_py",
        "argparse",
        "pathlib",
        "re",
        "sitecustomize",
        "usercustomize",
    ];
    let project = Project::new(&[("pyproject.toml", PYTHON), ("split.py", "")]);
    for name in names {
        fs::write(project.path(&format!("{name}.py")), evil).unwrap();
    }
    let mut build = project.stormcell(&["build", "."]);
    // Nothing is to be fetched: pip fails, and has looked at the folder before that.
    build
        .env("PYTHONPATH", project.0.path())
        .env("PIP_NO_INDEX", "1")
        .env("PIP_FIND_LINKS", "");
    let (_, said) = Project::fails(&mut build);
    assert!(said.contains("pip install"), "{said}");
    assert!(!project.path("ran").exists());
}

/// A folder of sources with a `.stormcell` in it, as somebody might have packed it.
#[test]
fn tools_that_came_with_sources_are_not_run() {
    let project = Project::new(&[
        (
            "topology.yaml",
            &ONE_SPOUT.replace("component: verses", "component: s.wasm"),
        ),
        ("code/pyproject.toml", PYTHON),
        ("code/split.py", ""),
        (".stormcell/.gitignore", "*\n"),
        (".stormcell/state/of-a-task", "data"),
        (".stormcell/made", ""),
        (".stormcell/made-at", "1700000000.000000000\n"),
        (".stormcell/cache/compiled/key", "of the stranger"),
    ]);
    let ran = project.path("ran");
    let tool = ".stormcell/tools/python-componentize-py-0.25.1-tzdata-2026.6/bin/python";
    project.program(tool, &format!("echo ran >> '{}'", ran.display()));
    // Nothing is to be fetched: pip fails, after the tool would have been run.
    let build = || {
        let mut build = project.stormcell(&["build", "code"]);
        build.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", "");
        Project::fails(&mut build).1
    };
    let said = build();
    assert!(said.contains("made elsewhere"), "{said}");
    assert!(said.contains(".stormcell/set-aside"), "{said}");
    assert!(said.contains("pip install"), "{said}");
    for (name, is_there) in [("tools", true), ("cache", true), ("state", false)] {
        let aside = project.path(".stormcell/set-aside").join(name);
        assert_eq!(aside.exists(), is_there, "{name}");
    }
    // It is said once.
    let said = build();
    assert!(!said.contains("made elsewhere"), "{said}");
    let (_, said) = Project::fails(&mut project.stormcell(&["validate", "topology.yaml"]));
    assert!(!said.contains("made elsewhere"), "{said}");
    let key = fs::read(project.path(".stormcell/cache/compiled/key")).unwrap_or_default();
    assert_ne!(key, b"of the stranger");
    assert!(!ran.exists());
}

#[test]
fn with_no_build_a_package_in_rust_is_used_until_anything_it_was_made_of_changes() {
    let manifest = format!("{CARGO}[dependencies]\nwords = {{ path = \"../words\" }}\n");
    let words = "[package]\nname = \"words\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let project = Project::new(&[
        ("topology.yaml", ONE_SPOUT),
        ("verses/Cargo.toml", &manifest),
        ("verses/src/lib.rs", "pub use words::WORD;\n"),
        ("words/Cargo.toml", words),
        ("words/src/lib.rs", "pub const WORD: u8 = 1;\n"),
    ]);
    let build = || run(&mut project.stormcell(&["build", "verses"]));
    let without =
        || Project::fails(&mut project.stormcell(&["run", "--no-build", "topology.yaml"]));
    assert!(build().status.success());
    // It is found: what it lacks is a world.
    let found = |said: &str| !said.contains("--no-build") && said.contains("verses");
    let (_, said) = without();
    assert!(found(&said), "{said}");
    for (file, text) in [
        ("verses/src/lib.rs", "pub use words::WORD as OTHER;\n"),
        ("words/src/lib.rs", "pub const WORD: u8 = 2;\n"),
        (
            "words/Cargo.toml",
            &format!("{words}description = \"words\"\n"),
        ),
        (".cargo/config.toml", "[build]\n"),
    ] {
        let path = project.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        let (status, said) = without();
        assert_eq!(status, 1, "{file}: {said}");
        assert!(
            said.contains("has changed since it was built"),
            "{file}: {said}"
        );
        assert!(build().status.success(), "{file}");
        let (_, said) = without();
        assert!(found(&said), "{file}: {said}");
    }
}

/// A build script that puts a tool, and a note that it belongs there, where the next build
/// will look for it.
const POISON: &str = r##"fn main() {
    let tool = "../.stormcell/tools/python-componentize-py-0.25.1-tzdata-2026.6";
    let python = format!("{tool}/bin/python");
    std::fs::create_dir_all(format!("{tool}/bin")).unwrap();
    std::fs::write(&python, "#!/bin/sh\necho ran >> \"$PWD/../ran\"\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&python, mode).unwrap();
    std::fs::create_dir_all("../.stormcell/records").unwrap();
    let note = "../.stormcell/records/tools-python-componentize-py-0.25.1-tzdata-2026.6";
    std::fs::write(note, "0".repeat(64)).unwrap();
    std::fs::write("poisoned", "").unwrap();
}
"##;

#[test]
fn what_a_build_script_puts_among_the_tools_is_not_run() {
    let project = Project::new(&[
        ("verses/Cargo.toml", CARGO),
        ("verses/src/lib.rs", ""),
        ("verses/build.rs", POISON),
        ("split/pyproject.toml", PYTHON),
        ("split/split.py", ""),
    ]);
    assert!(
        run(&mut project.stormcell(&["build", "verses"]))
            .status
            .success()
    );
    assert!(project.path("verses/poisoned").exists());
    // Nothing is to be fetched: pip fails, after the tool would have been run.
    let mut build = project.stormcell(&["build", "split"]);
    build.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", "");
    let (_, said) = Project::fails(&mut build);
    assert!(said.contains("pip install"), "{said}");
    assert!(!project.path("ran").exists());
}

#[test]
fn a_build_that_was_killed_has_left_nothing_that_counts() {
    let project = Project::new(&[
        ("topology.yaml", ONE_SPOUT),
        ("verses/Cargo.toml", CARGO),
        ("verses/src/lib.rs", ""),
    ]);
    let verses = project.path("verses").canonicalize().unwrap();
    let message = format!(
        r#"{{\"reason\":\"compiler-artifact\",\"manifest_path\":\"{}/Cargo.toml\",\"filenames\":[\"$CARGO_TARGET_DIR/v.wasm\"]}}"#,
        verses.display()
    );
    let head = r"printf '\000asm\015\000\001\000'";
    let begun = project.path("begun");
    let made = run(std::process::Command::new("mkfifo").arg(&begun));
    assert!(made.status.success());
    // It says all that a build says, with half a component, and does not end.
    let half = format!(
        "test \"$1\" = build || exit 0\nmkdir -p \"$CARGO_TARGET_DIR\"\n\
         {head} > \"$CARGO_TARGET_DIR/v.wasm\"\necho \"{message}\"\n\
         echo $$ > '{}'\nexec sleep 600",
        begun.display()
    );
    project.program("bin/cargo", &half);
    project.program("bin/rustc", "echo /");
    let search = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let build = || {
        let mut build = project.stormcell(&["build", "verses"]);
        build.env("PATH", &search);
        build
    };
    let mut killed = build().stderr(std::process::Stdio::null()).spawn().unwrap();
    let cargo = fs::read_to_string(&begun).unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();
    run(std::process::Command::new("kill").args(["-9", cargo.trim()]));

    let arguments = ["run", "--no-build", "topology.yaml"];
    let (_, said) = Project::fails(&mut project.stormcell(&arguments));
    assert!(said.contains("has not been built"), "{said}");
    let whole = format!(
        "test \"$1\" = build || exit 0\nmkdir -p \"$CARGO_TARGET_DIR\"\n\
         {{ {head}; printf whole; }} > \"$CARGO_TARGET_DIR/v.wasm\"\n\
         echo v.wasm: > \"$CARGO_TARGET_DIR/v.d\"\necho \"{message}\""
    );
    project.program("bin/cargo", &whole);
    assert!(run(&mut build()).status.success());
    let built: Vec<_> = fs::read_dir(project.path(".stormcell/components"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .collect();
    let [built] = built.as_slice() else {
        panic!("{built:?}");
    };
    assert!(fs::read(built).unwrap().ends_with(b"whole"));
}

#[test]
fn a_python_dependency_that_would_be_built_is_refused_by_every_command_and_runs_nothing() {
    let project = Project::new(&[
        (
            "topology.yaml",
            &TOPOLOGY.replace("component: verses", "component: split"),
        ),
        ("split/split.py", ""),
    ]);
    let setup = format!(
        "open({:?}, 'w')\nimport setuptools\nsetuptools.setup(name='evil', version='1')\n",
        project.path("ran").display().to_string()
    );
    fs::create_dir(project.path("evil")).unwrap();
    fs::write(project.path("evil/setup.py"), setup).unwrap();
    let evil = project.path("evil").display().to_string();
    for dependency in [
        format!("file://{evil}"),
        format!("evil @ file://{evil}"),
        format!("evil @ https://h/evil-1-py3-none-any.whl#/../../../../../../../../../{evil}"),
        evil.clone(),
        "tools/../../evil".to_owned(),
        format!("git+file://{evil}"),
    ] {
        let text = format!("{PYTHON}[project]\ndependencies = [\"{dependency}\"]\n");
        fs::write(project.path("split/pyproject.toml"), text).unwrap();
        for arguments in [
            &["build", "split"][..],
            &["validate", "topology.yaml"],
            &["run", "topology.yaml"],
            &["inspect", "topology.yaml"],
        ] {
            let (_, said) = Project::fails(&mut project.stormcell(arguments));
            for expected in [
                "split/pyproject.toml",
                "line 5",
                &dependency,
                "pip would run",
            ] {
                assert!(said.contains(expected), "{arguments:?}: {said}");
            }
            assert!(!project.path("ran").exists(), "{arguments:?}: {dependency}");
        }
    }
}

/// A project with a component in Rust that depends on a library beside it, and a cargo that
/// notes each of its runs and then builds.
fn noted_project() -> Project {
    let manifest = format!("{CARGO}[dependencies]\nwords = {{ path = \"../words\" }}\n");
    let words = "[package]\nname = \"words\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let project = Project::new(&[
        ("p/topology.yaml", ONE_SPOUT),
        ("p/verses/Cargo.toml", &manifest),
        ("p/verses/src/lib.rs", "pub use words::WORD;\n"),
        ("p/words/Cargo.toml", words),
        ("p/words/src/lib.rs", "pub const WORD: u8 = 1;\n"),
    ]);
    let search = std::env::var_os("PATH").unwrap();
    let folders = std::env::split_paths(&search);
    let mut cargo = folders.map(|folder| folder.join("cargo"));
    let cargo = cargo.find(|cargo| cargo.is_file()).unwrap();
    let (ran, cargo) = (project.path("ran"), cargo.display().to_string());
    let script = format!("echo ran >> '{}'\nexec '{cargo}' \"$@\"", ran.display());
    project.program("bin/cargo", &script);
    project
}

/// What a command says on standard output as JSON, with that cargo before all others.
fn said(project: &Project, arguments: &[&str]) -> serde_json::Value {
    let search = std::env::var("PATH").unwrap();
    let search = format!("{}:{search}", project.path("bin").display());
    let mut command = project.stormcell(arguments);
    let output = run(command.args(["--output", "json"]).env("PATH", search));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_project_that_was_moved_is_found_built_and_no_tool_is_run() {
    let project = noted_project();
    let ran = || fs::read_to_string(project.path("ran")).unwrap_or_default();
    let first = said(&project, &["build", "p"]);
    assert_eq!(first[0]["up_to_date"], false);
    assert!(!ran().is_empty());
    fs::remove_file(project.path("ran")).unwrap();
    assert_eq!(said(&project, &["build", "p"])[0]["up_to_date"], true);
    fs::create_dir(project.path("elsewhere")).unwrap();
    fs::rename(project.path("p"), project.path("elsewhere/q")).unwrap();
    let moved = said(&project, &["build", "elsewhere/q"]);
    assert_eq!(moved[0]["up_to_date"], true);
    assert_eq!(moved[0]["component"], first[0]["component"]);
    assert_eq!(ran(), "");
    // What it was made of is where it is now.
    let words = project.path("elsewhere/q/words/src/lib.rs");
    fs::write(words, "pub const WORD: u8 = 2;\n").unwrap();
    let changed = said(&project, &["build", "elsewhere/q"]);
    assert_eq!(changed[0]["up_to_date"], false);
    assert!(!ran().is_empty());
}

#[test]
fn a_component_is_written_where_out_says_all_at_once_or_not_at_all() {
    let project = noted_project();
    let built = said(&project, &["build", "p/verses", "--out", "verses.wasm"]);
    assert_eq!(built[0]["component"], "verses.wasm");
    let component = fs::read(project.path("verses.wasm")).unwrap();
    assert!(component.starts_with(b"\0asm\x0d\0\x01\0"));
    fs::create_dir(project.path("dist")).unwrap();
    for (paths, out) in [(&["p"][..], "dist"), (&["p", "p/verses"], "dist/")] {
        let arguments = [&["build"], paths, &["--out", out]].concat();
        said(&project, &arguments);
        assert_eq!(
            fs::read(project.path("dist/verses.wasm")).unwrap(),
            component
        );
        fs::remove_file(project.path("dist/verses.wasm")).unwrap();
    }
    for (out, status, expected) in [
        (
            "absent/verses.wasm",
            66,
            "there is no folder absent; make it first",
        ),
        ("absent/", 66, "there is no folder absent/"),
        ("/dev/null", 2, "no regular file"),
    ] {
        let mut command = project.stormcell(&["build", "p/verses", "--out", out]);
        let (code, said) = Project::fails(&mut command);
        assert_eq!(code, status, "{out}: {said}");
        assert!(said.contains(expected), "{out}: {said}");
    }
    // One that cannot be built leaves what was there.
    fs::write(project.path("p/verses/src/lib.rs"), "no code").unwrap();
    Project::fails(&mut project.stormcell(&["build", "p/verses", "--out", "verses.wasm"]));
    assert_eq!(fs::read(project.path("verses.wasm")).unwrap(), component);
    let names = fs::read_dir(project.0.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        [".stormcell", "bin", "dist", "p", "ran", "verses.wasm"]
    );
}

#[test]
fn clean_removes_what_nobody_needs_and_nothing_while_a_build_runs() {
    let project = noted_project();
    let old = said(&project, &["build", "p"])[0]["component"].clone();
    fs::write(
        project.path("p/verses/src/lib.rs"),
        "#[unsafe(no_mangle)]\npub extern \"C\" fn word() -> u8 {\n    words::WORD\n}\n",
    )
    .unwrap();
    let new = said(&project, &["build", "p"])[0]["component"].clone();
    let is_there = |component: &serde_json::Value| fs::exists(component.as_str().unwrap()).unwrap();
    fs::create_dir_all(project.path(".stormcell/dead-letters")).unwrap();
    fs::write(project.path(".stormcell/dead-letters/letter"), "kept").unwrap();

    let would = said(&project, &["clean", "--dry-run"]);
    assert_eq!(would["dry_run"], true);
    assert!(is_there(&old) && is_there(&new));
    let did = said(&project, &["clean"]);
    assert_eq!(did["removed"], would["removed"]);
    assert!(did["removed_bytes"].as_u64().unwrap() > 0);
    assert!(!is_there(&old) && is_there(&new));
    assert_eq!(said(&project, &["clean"])["removed"], serde_json::json!([]));
    fs::remove_file(project.path("ran")).unwrap();
    assert_eq!(said(&project, &["build", "p"])[0]["up_to_date"], true);
    assert!(!project.path("ran").exists());

    // A build that is at work.
    let fifo = project.path("begun");
    assert!(
        run(std::process::Command::new("mkfifo").arg(&fifo))
            .status
            .success()
    );
    let script = format!("echo $$ > '{}'\nexec sleep 600", fifo.display());
    project.program("bin/cargo", &script);
    fs::write(project.path("p/verses/src/lib.rs"), "").unwrap();
    let search = format!("{}:/usr/bin:/bin", project.path("bin").display());
    let mut build = project.stormcell(&["build", "p"]);
    let build = build
        .env("PATH", search)
        .stderr(std::process::Stdio::null());
    let mut build = build.spawn().unwrap();
    let cargo = fs::read_to_string(&fifo).unwrap();
    let (status, refused) = Project::fails(&mut project.stormcell(&["clean", "--all"]));
    build.kill().unwrap();
    build.wait().unwrap();
    run(std::process::Command::new("kill").args(["-9", cargo.trim()]));
    assert_eq!(status, 1, "{refused}");
    assert!(
        refused.contains("is used by a build or a `run` now"),
        "{refused}"
    );
    assert!(is_there(&new));

    let all = said(&project, &["clean", "--all"]);
    assert!(!is_there(&new), "{all}");
    let letter = project.path(".stormcell/dead-letters/letter");
    assert_eq!(fs::read(letter).unwrap(), b"kept");
    // What is not there is not made.
    let mut nowhere = project.stormcell(&["clean", "p", "--state-dir", "nowhere"]);
    let nowhere = run(&mut nowhere);
    let text = String::from_utf8_lossy(&nowhere.stdout).into_owned();
    assert!(
        text.contains("nowhere is not there: nothing to remove"),
        "{text}"
    );
    assert!(!project.path("nowhere").exists());
}
