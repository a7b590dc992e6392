//! Executions of the pipeline, named by their run.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::SdkError;
use quartet_domain::ids::RunId;
use quartet_domain::run::Ending;

use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Executions {
    client: Client,
    machine: String,
}

/// What became of a start. Either way the run is under way or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    New,
    Already,
}

impl Executions {
    /// `machine` is the state machine's ARN.
    pub fn new(aws: &Aws, machine: String) -> Self {
        Self { client: Client::new(&aws.config), machine }
    }

    /// Starts a run, once whatever is called how often: a second start under the same name is AWS's 200 with the same
    /// ARN while it runs, and `ExecutionAlreadyExists` afterwards.
    pub async fn start(&self, input: &Ending) -> Result<Started, Unavailable> {
        let text = serde_json::to_string(input).map_err(Unavailable::because("starting a run"))?;
        let start = self
            .client
            .start_execution()
            .state_machine_arn(&self.machine)
            .name(input.run.id.as_str())
            .input(text)
            .send()
            .await;
        match start {
            Ok(_) => Ok(Started::New),
            Err(SdkError::ServiceError(e)) if e.err().is_execution_already_exists() => Ok(Started::Already),
            Err(e) => Err(Unavailable::because("starting a run")(e)),
        }
    }

    /// Stops a run; one that is over (which AWS may call invalid) or was never started is left as it is.
    pub async fn stop(&self, run: &RunId, cause: &str) -> Result<(), Unavailable> {
        let execution = format!("{}:{run}", self.machine.replacen(":stateMachine:", ":execution:", 1));
        let stop = self
            .client
            .stop_execution()
            .execution_arn(execution)
            .error("Superseded")
            .cause(cause)
            .send()
            .await;
        match stop {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(e)) if e.err().is_execution_does_not_exist() => Ok(()),
            Err(SdkError::ServiceError(e)) if e.err().is_validation_exception() => Ok(()),
            Err(e) => Err(Unavailable::because("stopping a run")(e)),
        }
    }
}
