#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::{Builder, Cancel, Silent};

/// Installs the tool and builds: needs Python and its package registry.
#[test]
fn sources_are_built_and_mistakes_are_shown_with_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    let builder = Builder::new(BuildEnv::open(root.path(), Cancel::default()).unwrap());
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
         class Words(Bolt):\n    outputs = [Stream(word=str)]\n    text = six.text_type\n",
    );
    let built = build().unwrap();
    assert!(built.component.metadata().unwrap().len() > 1_000_000);
}
