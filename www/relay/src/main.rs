//! sluicegate-relay.
fn main() {}
