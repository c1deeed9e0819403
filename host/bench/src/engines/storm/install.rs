//! What Storm needs: its jars and the jar of the topologies, made by Maven, and Python for
//! bolts in Python.

use std::ffi::OsString;
use std::path::PathBuf;

use stormcell_build::{BuildError, Invocation, Settings, Step, Tool, Venv, system_python};

use super::Kind;
use super::folder;
use super::kind::VERSION;
use crate::engines::venv;
use crate::{BenchError, Surroundings};

/// The program that runs Storm.
pub(super) const JAVA: Tool = Tool {
    program: "java",
    why: "to run Apache Storm",
    install: "sudo apt-get install -y openjdk-17-jdk-headless",
    settings: Settings::Java,
};

const MAVEN: Tool = Tool {
    program: "mvn",
    why: "to fetch Apache Storm and build its topologies",
    install: "sudo apt-get install -y maven openjdk-17-jdk-headless",
    settings: Settings::Java,
};

/// pystorm, of the version that `peers/storm/requirements.txt` pins.
pub(super) const PYSTORM: Venv = Venv {
    what: "pystorm 3.1.4",
    folder: "python-pystorm-3.1.4",
    module: "pystorm",
    why: WHY_PYTHON,
};

const WHY_PYTHON: &str = "to run bolts in Python";

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
        Kind::Tuned | Kind::Parked | Kind::Default | Kind::Cluster => None,
        Kind::StormPy => Some(system_python(env, WHY_PYTHON)?),
        Kind::Pystorm => {
            let requirements = surroundings.sources.peer("storm").join("requirements.txt");
            venv::ensure(&PYSTORM, &requirements, surroundings)?;
            Some(PYSTORM.python(env))
        }
    };
    Ok(Installed {
        build: jars(surroundings)?,
        python,
    })
}

/// Builds the jar of the topologies and collects Storm's, in a folder that is there as a
/// whole or not at all.
fn jars(surroundings: &Surroundings) -> Result<PathBuf, BuildError> {
    let env = &surroundings.build;
    let project = surroundings.sources.peer("storm");
    let target = env.tool_dir(&format!("bench-storm-{}", folder::digest(&project)?));
    if target.is_dir() {
        return Ok(target);
    }
    let step = Step::start(
        surroundings.progress.as_ref(),
        format!("fetching Apache Storm {VERSION}"),
    );
    let partial = folder::partial(&target)?;
    let mut build = OsString::from("-Dbench.build=");
    build.push(partial.path());
    Invocation::of(&MAVEN, env)
        .args(["--quiet", "--batch-mode", "-Dstyle.color=never", "--file"])
        .arg(project.join("pom.xml"))
        .arg(build)
        .arg("package")
        .run(Some(&step))?;
    folder::keep(&partial, &target)?;
    step.done();
    Ok(target)
}
