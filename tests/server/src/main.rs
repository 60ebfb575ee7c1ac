//! sluicegate-test-server.
fn main() {}
