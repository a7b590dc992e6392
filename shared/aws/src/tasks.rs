//! Tasks: what events asked for.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | make one | PutItem | `TASK#<id>` / `TASK` | no such item |
//! | set its status | UpdateItem | the same | it is not final |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use jiff::Timestamp;
use quartet_domain::ids::TaskId;
use quartet_domain::task::{Task, TaskStatus};

pub use crate::item::Made;
use crate::item::{key, n, put_new, s, time};
use crate::{Aws, Unavailable};

#[derive(Clone, Debug)]
pub struct Tasks {
    client: Client,
    table: String,
    keep_days: i64,
}

impl Tasks {
    pub fn new(aws: &Aws, table: String, keep_days: i64) -> Self {
        Self { client: Client::new(&aws.config), table, keep_days }
    }

    pub async fn make(&self, task: &Task) -> Result<Made, Unavailable> {
        let mut item = key(pk(&task.id), "TASK");
        for (name, value) in [
            ("event", task.event.as_str()),
            ("task_type", task.task_type.word()),
            ("status", task.status.word()),
            ("repository", &task.repository),
            ("branch", &task.branch),
            ("commit_sha", &task.commit_sha),
            ("reason", &task.reason),
        ] {
            item.insert(name.to_owned(), s(value));
        }
        item.insert("created_at".to_owned(), time(task.created_at));
        item.insert("ttl".to_owned(), n(task.created_at.as_second() + self.keep_days * 86_400));
        if let Some(number) = task.pr_number {
            item.insert("pr_number".to_owned(), n(number));
        }
        put_new(&self.client, &self.table, item, "making the task").await
    }

    /// Sets a task's status, unless a final one stands: what is completed, failed or superseded stays so.
    pub async fn set_status(
        &self,
        id: &TaskId,
        status: TaskStatus,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(pk(id), "TASK")))
            .update_expression("SET #status = :status, reason = :reason, updated_at = :now")
            .condition_expression("attribute_exists(pk) AND #status IN (:pending, :running)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", s(status.word()))
            .expression_attribute_values(":reason", s(reason))
            .expression_attribute_values(":now", time(now))
            .expression_attribute_values(":pending", s(TaskStatus::Pending.word()))
            .expression_attribute_values(":running", s(TaskStatus::Running.word()))
            .send()
            .await;
        match update {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(e)) if e.err().is_conditional_check_failed_exception() => Ok(()),
            Err(e) => Err(Unavailable::because("setting the task's status")(e)),
        }
    }
}

fn pk(id: &TaskId) -> String {
    format!("TASK#{id}")
}
