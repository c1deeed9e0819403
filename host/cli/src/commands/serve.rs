//! `stormcell serve`: the supervisor of this machine.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use stormcell_links::UnixNetwork;
use stormcell_protocol::DataDir;
use stormcell_sandbox::{Sandbox, SandboxConfig};
use stormcell_signatures::{PublicKey, TrustedKeys};
use stormcell_supervisor::api::token::Token;
use stormcell_supervisor::api::{Api, ApiConfig, ApiError};
use stormcell_supervisor::processes::OsProcesses;
use stormcell_supervisor::store::StoreError;
use stormcell_supervisor::{DataFolder, SignaturePolicy, StartError, Supervisor, SupervisorConfig};
use stormcell_topology::units::Size;
use stormcell_worker::machine_memory;

use crate::args::ServeArgs;
use crate::client::default_data_dir;
use crate::compiled;
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::{self, CommandOutput};
use crate::status::Status;

/// Serves until somebody presses Ctrl-C or sends SIGTERM.
pub(crate) async fn run(
    args: &ServeArgs,
    console: &Console,
    interrupt: Interrupt,
) -> Result<CommandOutput, Failure> {
    let data = DataDir::new(absolute(default_data_dir(args.data.as_deref())?)?);
    let folder = DataFolder::open(&data).map_err(|error| not_started(&error))?;
    // Before anything is started, or taken over, that would have to be ended again.
    Token::of(&data).map_err(|error| not_offered(&error))?;
    check_address(args.bind).map_err(|error| not_offered(&error))?;
    let signatures = SignaturePolicy {
        trusted: trusted_keys(&args.trusted_key)?,
        required: args.require_signatures,
    };
    let cache = compiled::folder(Some(data.cache()));
    let sandbox = Sandbox::new(SandboxConfig {
        cache_dir: cache.clone(),
        ..args.component_limits.sandbox()
    })
    .map_err(|error| Failure::new(Status::Internal, error.to_string()))?;
    let network = UnixNetwork::new(data.sockets()).map_err(|error| {
        let folder = data.sockets();
        let what = format!("cannot use the folder {}: {error}", folder.display());
        Failure::new(Status::Internal, what)
    })?;
    let worker_memory = args.worker_memory.map_or_else(machine_memory, Size::get);
    let mut arguments = args.component_limits.arguments();
    arguments.push(format!("--memory={worker_memory}B").into());
    if let Some(cache) = cache {
        arguments.push("--cache".into());
        arguments.push(cache.into());
    }
    let processes = OsProcesses::new(data.clone()).with_worker_arguments(arguments);
    let mut config = SupervisorConfig::new(
        data.clone(),
        Arc::new(network),
        Arc::new(processes),
        sandbox,
    );
    config.keep_workers = args.keep_workers;
    config.signatures = signatures;
    config.worker_memory = worker_memory;
    let supervisor = Supervisor::start_in(folder, config)
        .await
        .map_err(|error| not_started(&error))?;
    let config = ApiConfig { bind: args.bind };
    let served = match Api::bind(Arc::new(supervisor.clone()), data.clone(), config).await {
        Ok(api) => {
            announce(&api, &data, console)?;
            api.serve(asked_to_stop(interrupt, args, console)).await;
            Ok(())
        }
        Err(error) => Err(error),
    };
    supervisor.shutdown(args.stop_wait).await;
    served.map_err(|error| not_offered(&error))?;
    if !console.quiet {
        console.say("stopped");
    }
    Ok(CommandOutput::printed(Status::Ok))
}

/// A file with a key is not longer than this, in bytes.
const KEY_FILE: u64 = 64 << 10;

/// The keys in these files.
fn trusted_keys(paths: &[PathBuf]) -> Result<TrustedKeys, Failure> {
    let key = |path: &PathBuf| {
        let text = stormcell_regular_file::read_to_string(path, KEY_FILE).map_err(|error| {
            let message = format!("cannot read the key {}: {error}", path.display());
            Failure::new(Status::NoInput, message)
        })?;
        PublicKey::from_pem(&text)
            .map_err(|error| Failure::new(Status::BadData, format!("{}: {error}", path.display())))
    };
    paths.iter().map(key).collect()
}

/// Workers have other current folders.
fn absolute(path: PathBuf) -> Result<PathBuf, Failure> {
    std::path::absolute(&path).map_err(|error| {
        Failure::new(
            Status::Internal,
            format!("cannot use the data folder {}: {error}", path.display()),
        )
    })
}

/// Whether it can be listened there.
fn check_address(bind: SocketAddr) -> Result<(), ApiError> {
    match TcpListener::bind(bind) {
        Ok(_) => Ok(()),
        Err(source) if source.kind() == std::io::ErrorKind::AddrInUse => {
            Err(ApiError::InUse { address: bind })
        }
        Err(source) => Err(ApiError::Listen {
            address: bind,
            source,
        }),
    }
}

fn not_started(error: &StartError) -> Failure {
    let status = match error {
        StartError::Served { .. } => Status::Unavailable,
        StartError::Store(StoreError::Damaged { .. } | StoreError::Newer { .. }) => Status::BadData,
        StartError::Store(StoreError::Io { .. })
        | StartError::Data { .. }
        | StartError::Listen { .. } => Status::Internal,
    };
    Failure::new(status, error.to_string())
}

fn not_offered(error: &ApiError) -> Failure {
    let status = match error {
        ApiError::InUse { .. } => Status::Unavailable,
        ApiError::Token { .. } => Status::NoPermission,
        ApiError::Listen { .. } | ApiError::Url { .. } => Status::Internal,
    };
    Failure::new(status, error.to_string())
}

/// Says where it listens and what to do next.
fn announce(api: &Api, data: &DataDir, console: &Console) -> Result<(), Failure> {
    let folder = data.path().display();
    if console.json {
        let json = json!({
            "url": api.url(),
            "data": data.path(),
            "token": data.token(),
            "pid": std::process::id(),
        });
        return output::print_json(&json)
            .map_err(|error| Failure::new(Status::Internal, error.to_string()));
    }
    if console.quiet {
        return Ok(());
    }
    let option = match default_data_dir(None) {
        Ok(usual) if usual == data.path() => String::new(),
        _ => format!(" --data {folder}"),
    };
    console.say(&format!(
        "the supervisor listens at {}\n  \
         data folder:  {folder}\n  \
         token:        {}\n  \
         to submit:    stormcell submit TOPOLOGY{option}\n  \
         to stop:      Ctrl-C",
        api.url(),
        data.token().display(),
    ));
    Ok(())
}

/// Ready when somebody presses Ctrl-C or sends SIGTERM.
async fn asked_to_stop(interrupt: Interrupt, args: &ServeArgs, console: &Console) {
    interrupt.requested().await;
    if console.quiet {
        return;
    }
    console.say(&if args.keep_workers {
        "stopping; workers go on".to_owned()
    } else {
        format!(
            "stopping: rows in flight have {} to settle; once more stops at once",
            crate::format::setting(args.stop_wait)
        )
    });
}
