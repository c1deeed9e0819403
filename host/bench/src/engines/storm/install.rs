//! What Storm needs: its jars and the jar of the topologies, made by Maven, and for
//! pystorm a virtual environment of Python.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use stormcell_build::{BuildEnv, BuildError, Invocation, Step, Tool};

use super::Kind;
use super::kind::{PYSTORM_VERSION, VERSION};
use crate::{BenchError, Surroundings};

/// The program that runs Storm.
pub(super) const JAVA: Tool = Tool {
    program: "java",
    why: "to run Apache Storm",
    install: "sudo apt-get install -y openjdk-17-jdk-headless",
};

const MAVEN: Tool = Tool {
    program: "mvn",
    why: "to fetch Apache Storm and build its topologies",
    install: "sudo apt-get install -y maven openjdk-17-jdk-headless",
};

const PYTHON: Tool = Tool {
    program: "python3",
    why: "to run bolts in Python",
    install: "sudo apt-get install -y python3 python3-venv",
};

/// The folder of the virtual environment of pystorm.
const PYSTORM: &str = "python-pystorm-3.1.4";

/// Where everything is.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    /// The folder with `bench-storm.jar`, and `lib` with Storm's jars.
    build: PathBuf,
    /// The interpreter of bolts in Python, if there are any.
    pub(super) python: Option<PathBuf>,
}

impl Installed {
    /// The class path.
    pub(super) fn class_path(&self) -> String {
        let jar = self.build.join("bench-storm.jar");
        format!("{}:{}/lib/*", jar.display(), self.build.display())
    }
}

/// Makes what is not there yet.
pub(super) fn ensure(kind: Kind, surroundings: &Surroundings) -> Result<Installed, BenchError> {
    let env = &surroundings.build;
    Invocation::of(&JAVA, env).arg("-version").run(None)?;
    let python = match kind {
        Kind::Tuned | Kind::Default | Kind::Cluster => None,
        Kind::StormPy => Some(system_python(env)?),
        Kind::Pystorm => Some(pystorm(surroundings)?),
    };
    Ok(Installed {
        build: jars(surroundings)?,
        python,
    })
}

/// Builds the jar of the topologies and collects Storm's, in a folder that is there as a
/// whole or not at all.
fn jars(surroundings: &Surroundings) -> Result<PathBuf, BenchError> {
    let env = &surroundings.build;
    let project = surroundings.sources.peer("storm");
    let target = env.tool_dir(&format!("bench-storm-{}", digest(&project)?));
    if target.is_dir() {
        return Ok(target);
    }
    let step = Step::start(
        surroundings.progress.as_ref(),
        format!("fetching Apache Storm {VERSION}"),
    );
    let partial = partial(&target)?;
    let mut build = std::ffi::OsString::from("-Dbench.build=");
    build.push(partial.path());
    Invocation::of(&MAVEN, env)
        .args(["--quiet", "--batch-mode", "-Dstyle.color=never", "--file"])
        .arg(project.join("pom.xml"))
        .arg(build)
        .arg("package")
        .run(Some(&step))?;
    keep(&partial, &target)?;
    step.done();
    Ok(target)
}

/// The path of Python.
fn system_python(env: &BuildEnv) -> Result<PathBuf, BenchError> {
    let printed = Invocation::of(&PYTHON, env)
        .args(["-c", "import sys; print(sys.executable)"])
        .run(None)?;
    Ok(PathBuf::from(printed.trim()))
}

/// The interpreter of a virtual environment with pystorm.
fn pystorm(surroundings: &Surroundings) -> Result<PathBuf, BenchError> {
    let env = &surroundings.build;
    let venv = env.tool_dir(PYSTORM);
    let works = venv.is_dir()
        && clean(Invocation::at(&python_of(&venv), env))
            .args(["-c", "import pystorm"])
            .run(None)
            .is_ok();
    if works {
        return Ok(python_of(&venv));
    }
    let step = Step::start(
        surroundings.progress.as_ref(),
        format!("installing pystorm {PYSTORM_VERSION}"),
    );
    remove_dir(&venv)?;
    let partial = partial(&venv)?;
    clean(Invocation::of(&PYTHON, env))
        .args(["-m", "venv"])
        .arg(partial.path())
        .run(Some(&step))?;
    let requirements = surroundings.sources.peer("storm").join("requirements.txt");
    clean(Invocation::at(&python_of(partial.path()), env))
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--requirement"])
        .arg(requirements)
        .run(Some(&step))?;
    keep(&partial, &venv)?;
    step.done();
    Ok(python_of(&venv))
}

fn python_of(venv: &Path) -> PathBuf {
    venv.join("bin").join("python")
}

/// A run of Python that does not depend on the surroundings of whoever measures.
fn clean(python: Invocation) -> Invocation {
    python
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .without_env("PYTHONPATH")
        .without_env("PYTHONHOME")
        .without_env("VIRTUAL_ENV")
}

/// A folder beside the one that it becomes when all is well.
fn partial(target: &Path) -> Result<tempfile::TempDir, BuildError> {
    let parent = target.parent().unwrap_or(target);
    std::fs::create_dir_all(parent)
        .and_then(|()| {
            tempfile::Builder::new()
                .prefix(".partial-")
                .tempdir_in(parent)
        })
        .map_err(|error| BuildError::io("creating a folder in", parent, error))
}

/// Gives a folder its name, unless another process was faster.
fn keep(partial: &tempfile::TempDir, target: &Path) -> Result<(), BuildError> {
    match std::fs::rename(partial.path(), target) {
        Err(error) if !target.is_dir() => Err(BuildError::io("creating", target, error)),
        _ => Ok(()),
    }
}

fn remove_dir(dir: &Path) -> Result<(), BuildError> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(BuildError::io("removing", dir, error))
        }
        _ => Ok(()),
    }
}

/// Twelve digits of the digest of all files of a folder and their paths.
fn digest(dir: &Path) -> Result<String, BuildError> {
    let mut files = Vec::new();
    collect(dir, &mut files).map_err(|error| BuildError::io("reading", dir, error))?;
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let data = std::fs::read(&file).map_err(|error| BuildError::io("reading", &file, error))?;
        let path = file.strip_prefix(dir).unwrap_or(&file);
        for bytes in [path.as_os_str().as_encoded_bytes(), &data] {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
    }
    let digest = hasher.finalize();
    Ok(digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
