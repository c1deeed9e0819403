#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::SystemTime;

use super::*;
use crate::testing::has_mark;
use crate::{Builder, Cancel, Silent, testing};

/// Installs the tool and builds: needs Python and its package registry.
#[test]
fn sources_are_built_and_mistakes_are_shown_with_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(root.path());
    let source = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(source.path().join(name), text).unwrap();
    let project = |dependency: &str| {
        format!(
            "[project]\ndependencies = [{dependency}]\n\
             [tool.stormcell]\nworld = \"bolt\"\nclass = \"words:Words\"\n"
        )
    };
    let build = || builder.build(source.path(), &Silent);
    let failure = || build().unwrap_err().to_string();
    let module = source.path().join("words.py").display().to_string();

    write("pyproject.toml", &project(""));
    write("words.py", "class Words\n    pass\n");
    let message = failure();
    assert!(
        message.contains(&format!("\"{module}\", line 1")),
        "{message}"
    );
    assert!(message.contains("SyntaxError: expected ':'"), "{message}");

    write("words.py", "import nothing_of_this_name\n");
    let message = failure();
    assert!(
        message.contains(&format!("\"{module}\", line 1")),
        "{message}"
    );
    assert!(
        message.contains("No module named 'nothing_of_this_name'"),
        "{message}"
    );

    write(
        "words.py",
        "from stormcell import Bolt\nclass Word(Bolt): ...\n",
    );
    let message = failure();
    assert!(message.contains("cannot import name 'Words'"), "{message}");

    write(
        "words.py",
        "from stormcell import Bolt\nclass Words(Bolt): ...\n",
    );
    let message = failure();
    assert!(
        message.contains("Words has no method process(self, tup)"),
        "{message}"
    );

    write(
        "words.py",
        "from stormcell import Bolt\nclass Words(Bolt):\n    async def process(self, tup): ...\n",
    );
    let message = failure();
    let place = format!("{module}, line 3: Words.process is a coroutine function");
    assert!(message.contains(&place), "{message}");

    write(
        "words.py",
        "from stormcell import Bolt\nclass Words(Bolt):\n    outputs = ['word']\n",
    );
    let message = failure();
    assert!(
        message.contains("Words.outputs: expected Stream(...)"),
        "{message}"
    );

    write("pyproject.toml", &project("\"numpy\""));
    let message = failure();
    assert!(message.contains("packages of pure Python"), "{message}");

    write("pyproject.toml", &project("\"six==1.17.0\""));
    write(
        "words.py",
        "import six\nfrom stormcell import Bolt, Stream\n\
         class Words(Bolt):\n    outputs = [Stream(word=str)]\n    text = six.text_type\n\
         \x20   def process(self, tup): ...\n",
    );
    let built = build().unwrap();
    assert!(built.component.metadata().unwrap().len() > 1_000_000);
}

/// Needs Python, and installs nothing.
#[test]
fn an_error_of_syntax_is_shown_before_anything_is_installed() {
    let root = tempfile::tempdir().unwrap();
    let builder = Builder::new(BuildEnv::open(root.path(), Cancel::default()).unwrap());
    let source = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(source.path().join(name), text).unwrap();
    write(
        "pyproject.toml",
        "[project]\ndependencies = [\"six==1.17.0\"]\n\
         [tool.stormcell]\nworld = \"bolt\"\nclass = \"words:Words\"\n",
    );
    write("words.py", "from other import x\n");
    write("other.py", "x = 1\nclass Words\n    pass\n");
    let error = builder.build(source.path(), &Silent).unwrap_err();
    assert!(matches!(error, BuildError::Syntax { .. }), "{error}");
    let other = source.path().canonicalize().unwrap().join("other.py");
    let expected = format!(
        "the build failed:\n  |   File \"{}\", line 2\n  |     class Words\n  |                ^\n  \
         | SyntaxError: expected ':'",
        other.display()
    );
    assert_eq!(error.to_string(), expected);
    assert!(!root.path().join("tools").join(TOOLS).exists());
}

/// A module that, while it is imported, writes wherever it can reach: what a stranger would
/// do who hopes for the next build. It does no more than leave a file in folders that are
/// not of this test, in case it ever reaches them.
const WRITER: &str = r#"
import os
import sys
from stormcell import Bolt, Stream

written = []
def write(path, text):
    try:
        with open(path, "a") as file:
            file.write(text)
        written.append(path)
    except OSError:
        pass

folders = [path for path in sys.path if path[1:].isdigit()]
for root in folders[:4]:
    for folder, _, names in os.walk(root):
        for name in ["sitecustomize.py", "argparse.py", *names]:
            write(os.path.join(folder, name), "\nchanged = True\n")
for folder in [*sys.path, "/", "..", "/1/..", "/1/../..", "/2/out", "/2/sdk", "/2/up"]:
    write(os.path.join(folder, "stormcell-test-wrote-this"), "")
try:
    seen = os.listdir("/2/out")
except OSError:
    seen = []
# Found again in the component, which is a copy of this memory.
REACHED = "-".join(["reached", *(str(len(them)) for them in (written, seen, folders)), "end"])
class Words(Bolt):
    outputs = [Stream(word=str)]
    def process(self, tup): ...
"#;

/// Installs the tool and builds three times: needs Python and its package registry.
#[test]
fn a_module_that_writes_wherever_it_can_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(root.path());
    let project = tempfile::tempdir().unwrap();
    let secrets = tempfile::tempdir().unwrap();
    let source = project.path().join("words");
    let write = |name: &str, text: &str| std::fs::write(source.join(name), text).unwrap();
    std::fs::create_dir(&source).unwrap();
    std::fs::write(secrets.path().join("id_ed25519"), "secret").unwrap();
    write(
        "pyproject.toml",
        "[project]\ndependencies = [\"six==1.17.0\"]\n\
         [tool.stormcell]\nworld = \"bolt\"\nclass = \"words:Words\"\n",
    );
    #[cfg(unix)]
    for (link, to) in [
        ("out", secrets.path()),
        ("sdk", builder.env().sdk_dir("python").as_path()),
        ("up", Path::new("..")),
    ] {
        std::os::unix::fs::symlink(to, source.join(link)).unwrap();
    }
    // A first build installs everything.
    write(
        "words.py",
        "from stormcell import Bolt, Stream\n\
         class Words(Bolt):\n    outputs = [Stream(word=str)]\n    def process(self, tup): ...\n",
    );
    builder.build(&source, &Silent).unwrap();

    write("words.py", WRITER);
    // All but where it leaves what it makes.
    let everything = || {
        let folders = ["sdk", "work", "made-at"].map(|name| root.path().join(name));
        let tools = [TOOLS, library::FOLDER].map(|name| builder.env().tool_dir(name));
        let folders = [folders.to_vec(), tools.to_vec()].concat();
        [source.as_path(), project.path(), secrets.path()]
            .into_iter()
            .chain(folders.iter().map(PathBuf::as_path))
            .map(|folder| crate::digest::of_everything(folder).unwrap())
            .collect::<Vec<_>>()
    };
    let before = everything();
    let built = builder.build(&source, &Silent).unwrap();
    // It did write, to the copies, and saw nothing through the link.
    let bytes = std::fs::read(&built.component).unwrap();
    let [written, seen, folders] = reached(&String::from_utf8_lossy(&bytes));
    assert!(written > 40, "{written} files");
    assert_eq!(seen, 0);
    // The main module, the SDK, the sources, the dependencies; nothing of this machine.
    assert_eq!(folders, 4);
    assert_eq!(everything(), before);

    // The next build is made of the same.
    write("words.py", &format!("{WRITER}\n# again\n"));
    let again = builder.build(&source, &Silent).unwrap();
    assert!(!again.up_to_date);
}

/// How many files the module wrote, how many it saw through a link, and how many folders
/// it could look for modules in.
fn reached(component: &str) -> [u32; 3] {
    let found = component.split("reached-").skip(1).find_map(|rest| {
        let mut parts = rest.split('-');
        let mut number = || parts.next()?.parse().ok();
        let numbers = [number()?, number()?, number()?];
        parts.next()?.starts_with("end").then_some(numbers)
    });
    found.unwrap()
}

/// Installs the tool: needs Python and its package registry.
#[test]
fn a_wheel_from_anywhere_has_nothing_installed_that_would_be_built() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(root.path());
    let source = tempfile::tempdir().unwrap();
    let at = |name: &str| source.path().join(name);
    // An archive of sources is a folder to pip, too.
    std::fs::create_dir(at("built")).unwrap();
    let setup = format!(
        "open({:?}, 'w')\nimport setuptools\nsetuptools.setup(name='built', version='1')\n",
        at("ran").display()
    );
    std::fs::write(at("built/setup.py"), setup).unwrap();
    let wheel = at("plain-1-py3-none-any.whl");
    let make = |name: &str| {
        format!(
            "import zipfile\nwheel = zipfile.ZipFile({:?}, 'w')\n\
         wheel.writestr('plain.py', 'NAME = \"mark-{name}-end\"')\n\
         wheel.writestr('plain-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: plain\\n\
         Version: 1\\nRequires-Dist: built @ file://{}\\n')\n\
         wheel.writestr('plain-1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\n\
         Root-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
         wheel.writestr('plain-1.dist-info/RECORD', '')\nwheel.close()\n",
            wheel.display(),
            at("built").display()
        )
    };
    let make = |name: &str| {
        let mut python = std::process::Command::new("python3");
        assert!(python.args(["-c", &make(name)]).status().unwrap().success());
    };
    make("one");
    let project = format!(
        "[project]\ndependencies = [\"plain @ file://{}\"]\n\
         [tool.stormcell]\nworld = \"bolt\"\nclass = \"words:Words\"\n",
        wheel.display()
    );
    std::fs::write(at("pyproject.toml"), project).unwrap();
    let words = "import plain\nfrom stormcell import Bolt, Stream\nNAME = plain.NAME\n\
                 class Words(Bolt):\n    outputs = [Stream(word=str)]\n    def process(self, tup): ...\n";
    std::fs::write(at("words.py"), words).unwrap();
    let build = || builder.build(source.path(), &Silent).unwrap();
    assert!(has_mark(&build(), "one"));
    assert!(!at("ran").exists());
    assert!(build().up_to_date);
    // The same file name, and something else in it.
    make("two");
    let again = build();
    assert!(!again.up_to_date && has_mark(&again, "two") && !has_mark(&again, "one"));
}

/// Installs the tool and builds: needs Python and its package registry.
#[test]
fn builds_at_once_of_the_same_names_have_each_what_is_in_its_own_folder() {
    let root = tempfile::tempdir().unwrap();
    let sources = tempfile::tempdir().unwrap();
    let words = |mark: &str| {
        format!(
            "import six\nfrom stormcell import Bolt, Stream\nMARK = 'mark-{mark}-end'\n\
             class Words(Bolt):\n    outputs = [Stream(word=str)]\n    def process(self, tup): ...\n"
        )
    };
    let source = |name: &str| {
        let source = sources.path().join(name);
        std::fs::create_dir(&source).unwrap();
        let project = "[project]\ndependencies = [\"six==1.17.0\"]\n\
             [tool.stormcell]\nworld = \"bolt\"\nclass = \"words:Words\"\n";
        std::fs::write(source.join("pyproject.toml"), project).unwrap();
        std::fs::write(source.join("words.py"), words(name)).unwrap();
        source
    };
    let (one, other) = (source("one"), source("other"));
    // Each as a process of its own would: nothing is installed yet.
    let root = root.path();
    let built = std::thread::scope(|scope| {
        [&one, &other, &one]
            .map(|source| {
                scope.spawn(move || {
                    let env = BuildEnv::open(root, Cancel::default()).unwrap();
                    Builder::new(env).build(source, &Silent).unwrap()
                })
            })
            .map(|thread| thread.join().unwrap())
    });
    let [first, second, third] = built;
    assert_eq!(first.component, third.component);
    assert_ne!(first.component, second.component);
    assert!(first.up_to_date != third.up_to_date);
    assert!(has_mark(&first, "one") && !has_mark(&first, "other"));
    assert!(has_mark(&second, "other") && !has_mark(&second, "one"));

    // An older file is put back.
    std::fs::write(one.join("words.py"), words("three")).unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(one.join("words.py"));
    file.unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let env = BuildEnv::open(root, Cancel::default()).unwrap();
    let later = Builder::new(env).build(&one, &Silent).unwrap();
    assert!(has_mark(&later, "three") && !has_mark(&later, "one"));

    // What something else has changed is noticed before it is run.
    let env = BuildEnv::open(root, Cancel::default()).unwrap();
    let planted = env.tool_dir(TOOLS).join("lib").join("planted.pth");
    std::fs::write(&planted, "import os").unwrap();
    std::fs::write(one.join("words.py"), words("four")).unwrap();
    let message = Builder::new(env).build(&one, &Silent).unwrap_err();
    let message = message.to_string();
    assert!(message.contains(TOOLS), "{message}");
    assert!(message.contains("was changed"), "{message}");
}

/// Installs the tool and builds: needs Python and its package registry.
#[test]
fn modules_that_components_share_are_in_each_and_built_again_when_they_change() {
    let root = tempfile::tempdir().unwrap();
    let builder = testing::builder(&root.path().join(".stormcell"));
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let mark = |name: &str, mark: &str| write(name, &format!("MARK = 'mark-{mark}-end'\n"));
    write("p/topology.yaml", "");
    // A folder of modules, a package, and a module.
    let components = [
        ("p/modules", "../shared", "from words import MARK"),
        ("p/package", "../shared/norm", "from norm.inner import MARK"),
        (
            "p/module",
            "../shared/words.py",
            "import words\nMARK = words.MARK",
        ),
    ];
    mark("p/shared/words.py", "one");
    mark("p/shared/norm/inner.py", "one");
    write("p/shared/norm/__init__.py", "");
    for (folder, shared, import) in components {
        let project = format!(
            "[tool.stormcell]\nworld = \"bolt\"\nclass = \"main:Words\"\n\
             shared = [\"{shared}\"]\n"
        );
        write(&format!("{folder}/pyproject.toml"), &project);
        let module = format!(
            "{import}\nfrom stormcell import Bolt, Stream\nKNOWN = MARK\n\
             class Words(Bolt):\n    outputs = [Stream(word=str)]\n\
             \x20   def process(self, tup):\n        pass\n"
        );
        write(&format!("{folder}/main.py"), &module);
    }
    let sources = components.map(|(folder, ..)| root.path().join(folder));
    let build = || testing::build_all(&builder, &sources);
    for built in build() {
        assert!(has_mark(&built, "one"), "{built:?}");
    }
    assert!(build().iter().all(|built| built.up_to_date));
    mark("p/shared/words.py", "two");
    mark("p/shared/norm/inner.py", "two");
    testing::assert_anew(&build(), "two", "one");
    // Moved with all of it.
    std::fs::rename(root.path().join("p"), root.path().join("q")).unwrap();
    for (folder, ..) in components {
        let moved = root.path().join(folder.replace("p/", "q/"));
        assert!(
            builder.build(&moved, &Silent).unwrap().up_to_date,
            "{folder}"
        );
    }

    // What is wrong with one is said with its path.
    write("q/shared/words.py", "MARK = \n");
    let message = builder
        .build(&root.path().join("q/modules"), &Silent)
        .unwrap_err()
        .to_string();
    let module = root
        .path()
        .join("q/shared/words.py")
        .canonicalize()
        .unwrap();
    assert!(
        message.contains(&format!("\"{}\", line 1", module.display())),
        "{message}"
    );
    #[cfg(unix)]
    {
        // A link is left out, and the error says what to do.
        let project = "[tool.stormcell]\nworld = \"bolt\"\nclass = \"main:Words\"\n";
        write("q/linked/pyproject.toml", project);
        write("q/linked/main.py", "from linked import words\n");
        std::os::unix::fs::symlink("../shared", root.path().join("q/linked/linked")).unwrap();
        let linked = root.path().join("q/linked");
        let message = builder.build(&linked, &Silent).unwrap_err().to_string();
        assert!(message.contains("left out: linked"), "{message}");
        assert!(message.contains("under `shared`"), "{message}");
    }
}
