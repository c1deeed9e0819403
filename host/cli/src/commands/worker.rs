//! `stormcell worker`: a worker process of the supervisor.

use stormcell_protocol::DataDir;
use stormcell_sandbox::SandboxConfig;
use stormcell_worker::WorkerError;

use crate::args::WorkerArgs;
use crate::failure::Failure;
use crate::output::CommandOutput;
use crate::status::Status;

/// Works until the supervisor says that it is enough.
pub(crate) async fn run(args: &WorkerArgs) -> Result<CommandOutput, Failure> {
    let args = stormcell_worker::WorkerArgs {
        data: DataDir::new(args.data.clone()),
        topology: args.topology.clone(),
        submission: args.submission,
        worker: args.worker,
        incarnation: args.incarnation,
        sandbox: SandboxConfig {
            memory: args.memory.get(),
            cache_dir: args.cache.clone(),
            ..args.component_limits.sandbox()
        },
    };
    match stormcell_worker::main(args).await {
        Ok(_) => Ok(CommandOutput::printed(Status::Ok)),
        Err(error @ (WorkerError::Failed { .. } | WorkerError::Terminated)) => {
            Err(Failure::new(Status::Failed, error.to_string()))
        }
        Err(error) => Err(Failure::new(Status::Internal, error.to_string())),
    }
}
