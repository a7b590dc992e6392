//! The sample events of `events/`, each fed to the built binary.

use crate::house::House;

pub(crate) async fn every_sample_event_is_answered_by_its_function(_house: &House) {}
