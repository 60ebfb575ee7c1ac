//! Links the crate.

pub use sluicegate::{Builder, EventStream};
