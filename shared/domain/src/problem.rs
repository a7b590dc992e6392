//! The body of every error answer, as the orchestrator's contract has it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong and what to do, in one sentence.
    pub error: String,
    pub status_code: u16,
    pub path: String,
    /// Finds the trace and the logs of the request.
    pub correlation_id: String,
}
