//! What goes over the wire: the shapes that the OpenAPI document shows.

pub(crate) mod delivery;
pub(crate) mod event_type;
pub(crate) mod key;
pub(crate) mod payload;
pub(crate) mod public_key;
pub(crate) mod query;
pub(crate) mod retry;
pub(crate) mod settings;
pub(crate) mod signing;
pub(crate) mod standing;
pub(crate) mod webhook;
