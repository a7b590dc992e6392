//! When failed attempts are made again, as it is asked for and shown.

use std::fmt;

use quartet_domain::delivery::Schedule;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// What is said of anything else.
pub(crate) const MUST: &str =
    "must be \"standard\", \"seed\" or {\"gaps_seconds\": […]} with up to 20 whole numbers, each 1 to 86400";

/// What is said of a gap.
pub(crate) const GAP: &str = "must be a whole number, 1 to 86400";

/// When failed attempts are made again.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Retry {
    Named(RetryPreset),
    Own(OwnSchedule),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RetryPreset {
    /// Ten attempts over three days.
    Standard,
    /// Retries after 1, 2 and 4 seconds.
    Seed,
}

/// A schedule of your own.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnSchedule {
    /// Seconds between one attempt and the next, each 1 to 86400.
    #[schema(max_items = 20)]
    gaps_seconds: Vec<u32>,
}

/// By hand, so that what is wrong inside of it has a place: serde's untagged enums know none.
impl<'de> Deserialize<'de> for Retry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Retry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MUST)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Retry, E> {
        RetryPreset::deserialize(StrDeserializer::new(word)).map(Retry::Named)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Retry, A::Error> {
        OwnSchedule::deserialize(MapAccessDeserializer::new(fields)).map(Retry::Own)
    }
}

impl From<Retry> for Schedule {
    fn from(retry: Retry) -> Self {
        match retry {
            Retry::Named(RetryPreset::Standard) => Self::Standard,
            Retry::Named(RetryPreset::Seed) => Self::Seed,
            Retry::Own(OwnSchedule { gaps_seconds }) => Self::Custom { gaps_seconds },
        }
    }
}

impl From<&Schedule> for Retry {
    fn from(schedule: &Schedule) -> Self {
        match schedule {
            Schedule::Standard => Self::Named(RetryPreset::Standard),
            Schedule::Seed => Self::Named(RetryPreset::Seed),
            Schedule::Custom { gaps_seconds } => {
                Self::Own(OwnSchedule { gaps_seconds: gaps_seconds.clone() })
            }
        }
    }
}
