//! Talking to a supervisor over its HTTP API.
//!
//! Requests block a thread of their own, so that Ctrl-C can end the waiting. Where
//! the supervisor is, is found out for each request: one that was started again may
//! listen elsewhere.

mod dead_letters;
mod endpoint;
mod error;
mod lines;
mod resume;
mod upload;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use stormcell_protocol::api;
use stormcell_protocol::record::Deployment;
use ureq::http::{Method, Request, Response, StatusCode};
use ureq::{Agent, Body};

use crate::args::ServerArgs;
use crate::failure::Failure;
use crate::interrupt::Interrupt;

pub(crate) use endpoint::{Endpoint, default_data_dir};
pub(crate) use error::ClientError;
pub(crate) use lines::Lines;
pub(crate) use resume::Resume;
pub(crate) use upload::Sent;

/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take to begin, on top of what the request itself may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How long it may take to check, compile and store what was handed over: a component
/// that is made to be hard to compile is given up after ten minutes.
const CHECK: Duration = Duration::from_secs(900);
/// The largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 256 << 20;

/// A supervisor.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    endpoint: Endpoint,
    interrupt: Option<Interrupt>,
}

/// What is asked, and how long the answer may take.
struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    patience: Duration,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: vec![("accept", "application/json".to_owned())],
            body: None,
            patience: ANSWER,
        }
    }

    fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    fn json(mut self, body: &impl Serialize) -> Result<Self, ClientError> {
        self.headers
            .push(("content-type", "application/json".to_owned()));
        self.body = Some(serde_json::to_vec(body).map_err(|e| ClientError::Broken(e.to_string()))?);
        Ok(self)
    }

    fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// The path of a topology. Names need no escape: they are letters, digits, `_` and
/// `-`, which the arguments have made sure of.
fn topology(name: &str) -> String {
    format!("/v1/topologies/{name}")
}

impl Client {
    /// The supervisor that the options name.
    pub(crate) fn new(args: &ServerArgs, interrupt: Interrupt) -> Result<Self, Failure> {
        Ok(Self {
            interrupt: Some(interrupt),
            ..Self::at(Endpoint::of(args)?, CONNECT)
        })
    }

    /// The supervisor there, with no more than this time to connect.
    pub(crate) fn at(endpoint: Endpoint, connect: Duration) -> Self {
        let agent = Agent::config_builder()
            // Problems have a body that is worth reading.
            .http_status_as_error(false)
            .max_redirects(0)
            // The supervisor is on this machine or was named: no proxy is between.
            .proxy(None)
            .timeout_connect(Some(connect))
            .user_agent(concat!("stormcell/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self {
            agent,
            endpoint,
            interrupt: None,
        }
    }

    /// Where it is.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Every topology.
    pub(crate) async fn list(&self) -> Result<Vec<api::TopologySummary>, ClientError> {
        self.call(Call::get("/v1/topologies")).await
    }

    /// One topology.
    pub(crate) async fn show(&self, name: &str) -> Result<api::TopologyDetail, ClientError> {
        self.call(Call::get(topology(name))).await
    }

    /// Hands over a topology whose components were uploaded.
    pub(crate) async fn submit(&self, body: &api::Submit) -> Result<api::Submitted, ClientError> {
        let call = Call::post("/v1/topologies").json(body)?.patience(CHECK);
        self.call(call).await
    }

    /// Lets spouts emit.
    pub(crate) async fn activate(&self, name: &str) -> Result<api::TopologySummary, ClientError> {
        self.call(Call::post(topology(name) + "/activate")).await
    }

    /// Lets spouts not emit.
    pub(crate) async fn deactivate(&self, name: &str) -> Result<api::TopologySummary, ClientError> {
        self.call(Call::post(topology(name) + "/deactivate")).await
    }

    /// Changes workers or tasks, or says what would change.
    pub(crate) async fn rebalance(
        &self,
        name: &str,
        body: &api::Rebalance,
    ) -> Result<api::PlanChange, ClientError> {
        let wait = Duration::from_millis(body.wait_ms.unwrap_or_default());
        let call = Call::post(topology(name) + "/rebalance")
            .json(body)?
            .patience(CHECK.saturating_add(wait));
        self.call(call).await
    }

    /// Begins to swap a component file that was uploaded.
    pub(crate) async fn deploy(
        &self,
        name: &str,
        body: &api::Deploy,
    ) -> Result<Deployment, ClientError> {
        let call = Call::post(topology(name) + "/deploy").json(body)?;
        self.call(call.patience(CHECK)).await
    }

    /// Begins to swap back.
    pub(crate) async fn rollback(
        &self,
        name: &str,
        component: &str,
    ) -> Result<Deployment, ClientError> {
        let call = Call::post(topology(name) + "/rollback").json(&api::Rollback {
            component: component.to_owned(),
        })?;
        self.call(call.patience(CHECK)).await
    }

    /// Begins to drain and to remove a topology, and what its tasks keep if that is to be.
    pub(crate) async fn kill(
        &self,
        name: &str,
        wait: Option<Duration>,
        remove_state: bool,
    ) -> Result<api::Killed, ClientError> {
        let mut call = Call::new(Method::DELETE, topology(name));
        if let Some(wait) = wait {
            call.query.push(("wait_ms", wait.as_millis().to_string()));
        }
        if remove_state {
            call.query.push(("remove_state", true.to_string()));
        }
        self.call(call).await
    }

    /// Removes what the tasks of a topology kept that there is no more.
    pub(crate) async fn remove_state(&self, name: &str) -> Result<api::KeptState, ClientError> {
        let call = Call::new(Method::DELETE, topology(name) + "/state");
        self.call(call).await
    }

    /// The submissions of a name whose logs are there.
    pub(crate) async fn submissions(
        &self,
        name: &str,
    ) -> Result<Vec<api::Submission>, ClientError> {
        self.call(Call::get(topology(name) + "/submissions")).await
    }

    /// Removes the logs of a submission that has ended.
    pub(crate) async fn remove_submission(
        &self,
        name: &str,
        submission: u32,
    ) -> Result<api::Submission, ClientError> {
        let path = format!("{}/submissions/{submission}", topology(name));
        self.call(Call::new(Method::DELETE, path)).await
    }

    /// Sends a request and reads the answer.
    async fn call<T>(&self, call: Call) -> Result<T, ClientError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let client = self.clone();
        self.blocking(move || {
            let mut response = match call.body.as_deref() {
                Some(body) => client.send(&call, body)?,
                None => client.send(&call, ())?,
            };
            read(&mut response)
        })
        .await
    }

    /// Runs a blocking request on a thread of its own, and leaves it alone when
    /// somebody presses Ctrl-C.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ClientError> + Send + 'static,
    ) -> Result<T, ClientError> {
        let work = tokio::task::spawn_blocking(work);
        let result = match &self.interrupt {
            Some(interrupt) => tokio::select! {
                result = work => result,
                () = interrupt.requested() => return Err(ClientError::Interrupted),
            },
            None => work.await,
        };
        result.unwrap_or_else(|error| Err(ClientError::Broken(error.to_string())))
    }

    /// Sends a request and reads the head of the answer; a problem is an error.
    fn send(
        &self,
        call: &Call,
        body: impl ureq::AsSendBody,
    ) -> Result<Response<Body>, ClientError> {
        let address = self.endpoint.address()?;
        let mut uri = address.url.clone() + &call.path;
        for (position, (key, value)) in call.query.iter().enumerate() {
            let separator = if position == 0 { '?' } else { '&' };
            uri.push_str(&format!("{separator}{key}={value}"));
        }
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(uri)
            .header("authorization", format!("Bearer {}", address.token));
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(body)
            .map_err(|error| ClientError::Broken(error.to_string()))?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_recv_response(Some(call.patience))
            .build();
        let mut response = self
            .agent
            .run(request)
            .map_err(|error| ClientError::of_transport(error, &self.endpoint, &address))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(ClientError::unauthorized(&self.endpoint));
        }
        if status == StatusCode::NOT_FOUND && call.method == Method::HEAD {
            // An answer to HEAD has no body.
            return Err(ClientError::not_found(&call.path));
        }
        let text = response
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER)
            .read_to_string()
            .unwrap_or_default();
        Err(match serde_json::from_str(&text) {
            Ok(problem) => ClientError::Refused(problem),
            Err(_) => ClientError::Broken(format!(
                "{} answered {status}, which is not a supervisor's way to say that something is wrong",
                address.url
            )),
        })
    }
}

/// Reads an answer as JSON.
fn read<T: DeserializeOwned>(response: &mut Response<Body>) -> Result<T, ClientError> {
    response
        .body_mut()
        .with_config()
        .limit(MAX_ANSWER)
        .read_json()
        .map_err(|error| {
            ClientError::Lost(format!(
                "the answer of the supervisor is not whole: {error}"
            ))
        })
}

#[cfg(test)]
mod tests;
