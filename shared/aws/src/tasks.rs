//! Tasks: what events asked for.
//!
//! | pattern | call | key | condition |
//! | --- | --- | --- | --- |
//! | make one | PutItem | `TASK#<id>` / `TASK` | no such item |
//! | set its status | UpdateItem | the same | it is not final |
//! | list the newest | Query, index `listing` | `TASKS#<owner>` / `<milliseconds>#<id>` | |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use jiff::Timestamp;
use quartet_domain::access::Owner;
use quartet_domain::ids::{EventId, TaskId};
use quartet_domain::task::{Task, TaskStatus, TaskType};

pub use crate::item::Made;
use crate::item::{Item, Malformed, Reader, digits, key, n, put_new, s, time};
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
        // Events come by the deployment's own connection, so their tasks are its owner's.
        item.insert("list_pk".to_owned(), s(list_pk(&Owner::deployment())));
        item.insert("list_sk".to_owned(), s(format!("{}#{}", digits(task.created_at), task.id)));
        put_new(&self.client, &self.table, item, "making the task").await
    }

    /// An owner's newest tasks, newest first, at most so many. They follow the table by a moment.
    pub async fn newest(&self, owner: &Owner, limit: usize) -> Result<Vec<Task>, Unavailable> {
        const ACTION: &str = "listing tasks";
        let mut tasks = Vec::new();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("listing")
                .key_condition_expression("list_pk = :pk")
                .expression_attribute_values(":pk", s(list_pk(owner)))
                .scan_index_forward(false)
                .limit(i32::try_from(limit - tasks.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(Unavailable::because(ACTION))?;
            for item in page.items.unwrap_or_default() {
                tasks.push(task_of(&item).map_err(Unavailable::because(ACTION))?);
            }
            start = page.last_evaluated_key;
            if start.is_none() || tasks.len() >= limit {
                return Ok(tasks);
            }
        }
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

fn task_of(item: &Item) -> Result<Task, Malformed> {
    let read = Reader(item);
    let id = read.text("pk")?.strip_prefix("TASK#").and_then(TaskId::parse);
    let optional = |name: &'static str| item.contains_key(name).then(|| read.number(name)).transpose();
    Ok(Task {
        id: id.ok_or(Malformed("pk"))?,
        event: EventId::parse(read.text("event")?).ok_or(Malformed("event"))?,
        task_type: TaskType::parse(read.text("task_type")?).ok_or(Malformed("task_type"))?,
        status: TaskStatus::parse(read.text("status")?).ok_or(Malformed("status"))?,
        repository: read.text("repository")?.to_owned(),
        pr_number: optional("pr_number")?,
        branch: read.text("branch")?.to_owned(),
        commit_sha: read.text("commit_sha")?.to_owned(),
        reason: read.text("reason")?.to_owned(),
        created_at: read.time("created_at")?,
    })
}

fn list_pk(owner: &Owner) -> String {
    format!("TASKS#{owner}")
}

fn pk(id: &TaskId) -> String {
    format!("TASK#{id}")
}
