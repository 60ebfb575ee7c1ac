//! The relay's routes in an app of somebody else's: `examples/mounted.rs`.

mod common;

use std::path::PathBuf;
use std::process::Stdio;

use common::program::start;
use common::upstream::{DONE, PlayedUpstream, token_event};
use common::{Events, client, refusal};
use serde_json::json;
use tokio::process::Command;

/// The example, which Cargo builds with all tests, but not with a single one.
fn example() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let example = test.parent().unwrap().parent().unwrap().join("examples/mounted");
    assert!(example.exists(), "first run: cargo build -p sluicegate-relay --examples");
    example
}

#[tokio::test]
async fn an_app_says_who_asks_and_what() {
    let upstream = PlayedUpstream::start().await;
    let mut command = Command::new(example());
    command.env("UPSTREAM", upstream.url()).stdout(Stdio::piped()).kill_on_drop(true);
    let (_app, url) = start(&mut command).await;
    let client = client();
    let home = client.get(&url).send().await.unwrap();
    assert_eq!(home.text().await.unwrap(), "hello");

    let parts = json!([{ "type": "text", "text": "hi" }]);
    let body = json!({ "id": "c1", "messages": [{ "id": "q", "role": "user", "parts": parts }] });
    let ask = || client.post(format!("{url}/api/chat")).json(&body);
    refusal(ask().send().await.unwrap(), 401, "unauthorized").await;

    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.send(&format!("{}{DONE}", token_event("ho"))).await;
        exchange
    };
    let (response, exchange) = tokio::join!(ask().header("x-user", "ann").send(), model);
    let events = Events::of(response.unwrap()).rest().await;
    assert_eq!(events.last().unwrap().1, "[DONE]");
    let turn = |role: &str, content: &str| json!({ "role": role, "content": content });
    let asked = json!([turn("system", "You speak with ann."), turn("user", "hi")]);
    assert_eq!(exchange.body["messages"], asked);

    let stop = client.post(format!("{url}/api/chat/c1/stop"));
    refusal(stop.header("x-user", "bob").send().await.unwrap(), 403, "not-your-session").await;
}
