//! What an upstream, a client or a page says never starts a line or an escape sequence in the log,
//! and what an upstream says of an error reaches nobody.

mod common;

use common::program::{program, start};
use common::upstream::{Exchange, PlayedUpstream};
use common::{Events, PATIENCE, client};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// A key and a prompt, as vendors quote them, and what would pass for a line of the log's.
const EVIL: &str = "sk-live-77 'a diagnosis'\n2026-01-01T00:00:00Z  INFO forged\u{1b}[2J\u{9b}31m\u{2028}\u{202e}\u{85}";

/// What of it must not be seen.
const SECRETS: [&str; 2] = ["sk-live-77", "diagnosis"];

/// How an upstream says it.
#[derive(Clone, Copy, Debug)]
enum Says {
    InARefusal,
    AsTheCodeOfARefusal,
    AsTheTypeOfARefusal,
    InTextOfARefusal,
    AsContentType,
    AsReasonPhrase,
    InAnError,
    AsAnError,
    AsTheCodeOfAnError,
    InsteadOfJson,
    InsteadOfAnObject,
    AsAnotherType,
    AsFinishReason,
    InsteadOfHttp,
    InsteadOfAChunkSize,
}

const ALL: [Says; 15] = [
    Says::InARefusal,
    Says::AsTheCodeOfARefusal,
    Says::AsTheTypeOfARefusal,
    Says::InTextOfARefusal,
    Says::AsContentType,
    Says::AsReasonPhrase,
    Says::InAnError,
    Says::AsAnError,
    Says::AsTheCodeOfAnError,
    Says::InsteadOfJson,
    Says::InsteadOfAnObject,
    Says::AsAnotherType,
    Says::AsFinishReason,
    Says::InsteadOfHttp,
    Says::InsteadOfAChunkSize,
];

impl Says {
    async fn play(self, mut exchange: Exchange<TcpStream>) {
        let refusal = async |exchange: Exchange<TcpStream>, error: Value| {
            exchange.answer("400 Bad Request", &json!({ "error": error }).to_string()).await;
        };
        let event = |data: &Value| format!("data: {data}\n\n");
        match self {
            Self::InARefusal => refusal(exchange, json!({ "message": EVIL })).await,
            Self::AsTheCodeOfARefusal => refusal(exchange, json!({ "code": "sk-live-77" })).await,
            Self::AsTheTypeOfARefusal => refusal(exchange, json!({ "type": "sk-live-77" })).await,
            Self::InTextOfARefusal => exchange.answer("500 Oops", EVIL).await,
            Self::AsContentType => {
                exchange.respond("200 OK", "content-type: text/sk-live-77", "").await;
            }
            Self::AsReasonPhrase => exchange.respond("418 sk-live-77", "x: y", "").await,
            Self::InsteadOfHttp => exchange.send(&format!("{EVIL}\r\n\r\n")).await,
            Self::InsteadOfAChunkSize => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                            transfer-encoding: chunked\r\n\r\n";
                exchange.send(&format!("{head}{EVIL}\r\n")).await;
            }
            Self::InAnError => {
                exchange.begin().await;
                exchange.send(&event(&json!({ "error": { "message": EVIL } }))).await;
            }
            Self::AsAnError => {
                exchange.begin().await;
                exchange.send(&event(&json!({ "error": EVIL }))).await;
            }
            Self::AsTheCodeOfAnError => {
                exchange.begin().await;
                let error = json!({ "message": "no", "code": EVIL, "type": EVIL });
                exchange.send(&event(&json!({ "error": error }))).await;
            }
            Self::InsteadOfJson => {
                exchange.begin().await;
                exchange.send(&format!("data: {EVIL}\n\n")).await;
            }
            Self::InsteadOfAnObject => {
                exchange.begin().await;
                exchange.send(&event(&json!(EVIL))).await;
            }
            Self::AsAnotherType => {
                exchange.begin().await;
                exchange.send(&event(&json!({ "choices": EVIL }))).await;
            }
            Self::AsFinishReason => {
                exchange.begin().await;
                let choice = json!({ "index": 0, "delta": {}, "finish_reason": EVIL });
                exchange.send(&event(&json!({ "choices": [choice] }))).await;
            }
        }
    }
}

/// All that it logged.
async fn log_of(mut child: Child) -> String {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let mut log = String::new();
    let mut stderr = child.stderr.take().unwrap();
    let reading = tokio::time::timeout(PATIENCE, stderr.read_to_string(&mut log)).await;
    reading.expect("an end").unwrap();
    for line in log.lines() {
        assert!(line.starts_with("20") && !line.starts_with("2026-01-01"), "{line:?} in {log}");
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        assert!(!line.contains(['\u{2028}', '\u{202e}']), "{line:?}");
    }
    log
}

/// What readers were told of each, in JSON, and the log.
async fn told(flags: &[&str]) -> (Vec<String>, String) {
    let upstream = PlayedUpstream::start().await;
    let url = upstream.url();
    let all = ["--port", "0", "--upstream", &url, "--model", "m", "--upstream-retries", "0"];
    let (child, relay) = start(&mut program(&[&all[..], flags].concat())).await;
    let client = client();
    let mut told = Vec::new();
    for says in ALL {
        let id = format!("{says:?}");
        let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": id });
        let asking = client.post(format!("{relay}/chat")).json(&body).send();
        let model = async { says.play(upstream.accept().await).await };
        let (response, ()) = tokio::join!(asking, model);
        let response = response.unwrap();
        told.push(if response.status() == 200 {
            Events::of(response).rest().await.pop().unwrap().1
        } else {
            assert_eq!(response.status(), 502, "{says:?}");
            response.text().await.unwrap()
        });
    }
    (told, log_of(child).await)
}

#[tokio::test]
async fn what_an_upstream_says_of_an_error_reaches_nobody() {
    let (told, log) = told(&[]).await;
    for (says, told) in ALL.iter().zip(told) {
        let body: Value = serde_json::from_str(&told).unwrap();
        match says {
            Says::AsFinishReason => assert_eq!(body["finishReason"], "other"),
            _ => assert!(body["error"]["code"].as_str().unwrap().starts_with("upstream-")),
        }
        for secret in SECRETS {
            assert!(!told.contains(secret), "{says:?}: {told}");
        }
    }
    for secret in SECRETS {
        assert!(!log.contains(secret), "{log}");
    }
    assert_eq!(log.matches("session ended").count(), ALL.len());
}

#[tokio::test]
async fn for_development_it_is_told_escaped() {
    let (told, log) = told(&["--show-upstream-errors"]).await;
    for (says, told) in ALL.iter().zip(told) {
        // Of these there is no error to tell, or none with their words.
        let silent = matches!(
            says,
            Says::AsFinishReason
                | Says::InsteadOfHttp
                | Says::InsteadOfAChunkSize
                | Says::AsReasonPhrase
                | Says::AsTheCodeOfAnError
        );
        assert_eq!(told.contains(SECRETS[0]), !silent, "{says:?}: {told}");
        let body: Value = serde_json::from_str(&told).unwrap();
        let message = body["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.contains(|c: char| c.is_control()), "{says:?}: {told}");
    }
    assert!(log.contains(SECRETS[0]), "{log}");
}

#[tokio::test]
async fn what_clients_say_stays_in_its_line() {
    let (child, relay) = start(&mut program(&["--port", "0"])).await;
    let client = client();
    let post = async |path: &str, body: &Value| {
        let request = client.post(format!("{relay}{path}")).json(body);
        request.header("user-agent", "x\tINFO forged").send().await.unwrap()
    };
    // Marks without width and in the other direction are no control characters: ids may have them.
    let odd = "s\u{202e}\u{2028}\u{200b}\u{feff}1";
    let body = json!({ "prompt": EVIL, "userId": odd, "sessionId": odd });
    let mut events = Events::of(post("/chat", &body).await);
    events.next().await.unwrap();
    let other = json!({ "userId": format!("{odd}2"), "sessionId": odd });
    assert_eq!(post("/chat/cancel", &other).await.status(), 403);
    let path = format!("/api/sse/connect/{}", "%E2%80%AE%E2%80%A8c");
    let mut connected = Events::of(client.get(format!("{relay}{path}")).send().await.unwrap());
    connected.next().await.unwrap();
    for bad in [
        json!({ "prompt": "hi", "userId": EVIL, "sessionId": "s2" }),
        json!({ "prompt": "hi", "userId": "ann", "sessionId": "s2", "model": EVIL }),
        json!({ "prompt": "hi", "userId": "ann", "sessionId": "s2", "messages": EVIL }),
        json!({ "prompt": "hi", "userId": "ann", "sessionId": "s2",
                "messages": [{ "role": format!("{EVIL}{}", "x".repeat(9999)), "content": "" }] }),
    ] {
        let response = post("/chat", &bad).await;
        assert_eq!(response.status(), 400);
        let refusal: Value = response.json().await.unwrap();
        let message = refusal["error"]["message"].as_str().unwrap();
        assert!(message.chars().count() <= 500, "{message}");
        assert!(!message.contains(|c: char| c.is_control() || c == '\u{2028}'), "{message:?}");
    }
    drop((events, connected));
    let log = log_of(child).await;
    assert!(log.contains("id=\"s\\u{202e}\\u{2028}\\u{200b}\\u{feff}1\""), "{log}");
    assert!(!log.contains("diagnosis") && !log.contains("forged"), "{log}");
}
