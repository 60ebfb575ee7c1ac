//! The program itself: its flags, its first line, its end, and an upstream over TLS.

mod common;

use std::sync::Arc;

use common::program::{program, start};
use common::upstream::{DONE, Exchange, PlayedUpstream};
use common::{Events, PATIENCE, client, json_of, tokens_of};
use serde_json::{Value, json};
use sluicegate_relay::Secret;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

async fn chat(url: &str) -> Events {
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
    Events::of(client().post(format!("{url}/chat")).json(&body).send().await.unwrap())
}

/// Asks the program to end as a service manager does, and returns what it logged.
async fn terminate(mut child: Child, signal: &str) -> String {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    let mut log = String::new();
    let mut stderr = child.stderr.take().unwrap();
    timeout(PATIENCE, stderr.read_to_string(&mut log)).await.expect("an end").unwrap();
    let status = timeout(PATIENCE, child.wait()).await.expect("an end").unwrap();
    assert!(status.success(), "{status}: {log}");
    log
}

#[tokio::test]
async fn a_signal_ends_the_streams_and_then_the_program() {
    for signal in ["-TERM", "-INT"] {
        let (child, url) = start(&mut program(&["--port", "0"])).await;
        let mut events = chat(&url).await;
        json_of(&events.next().await.unwrap(), "start");
        events.next().await.unwrap();
        let (rest, log) = tokio::join!(events.rest(), terminate(child, signal));
        let error = json_of(rest.last().unwrap(), "error");
        assert_eq!(error["error"]["code"], "shutting-down");
        assert!(log.contains("shutting down"), "{log}");
        assert!(client().get(url).send().await.is_err());
    }
}

#[tokio::test]
async fn each_stream_ends_with_when_to_connect_anew() {
    let (child, url) = start(&mut program(&["--port", "0", "--tutorial"])).await;
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
    let client = client();
    let mut open = Vec::new();
    for request in [
        client.post(format!("{url}/chat")).json(&body),
        client.get(format!("{url}/learn/sseChat?name=ann&pace=5000")),
        client.get(format!("{url}/api/sse/connect/c1")),
    ] {
        let mut response = request.send().await.unwrap();
        assert!(timeout(PATIENCE, response.chunk()).await.expect("a start").unwrap().is_some());
        open.push(response);
    }
    let rest = async {
        let mut texts = Vec::new();
        for response in open {
            texts.push(timeout(PATIENCE, response.text()).await.expect("an end").unwrap());
        }
        texts
    };
    let (texts, _) = tokio::join!(rest, terminate(child, "-TERM"));
    for text in texts {
        let blocks: Vec<_> = text.split_terminator("\n\n").collect();
        let retries = blocks.iter().filter(|block| block.starts_with("retry: ")).count();
        assert_eq!(retries, 1, "{text}");
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_cannot_keep_the_program_up() {
    let upstream = PlayedUpstream::start().await;
    let flags = ["--port", "0", "--upstream", &upstream.url(), "--model", "m"];
    let (child, url) = start(&mut program(&flags)).await;
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
    let opening = client().post(format!("{url}/chat")).json(&body).send();
    let (response, mut exchange) = tokio::join!(opening, upstream.begin());
    let event = common::upstream::token_event(&"x".repeat(64 << 10));
    exchange.flood(&event).await;
    terminate(child, "-TERM").await;
    drop(response);
}

#[tokio::test]
async fn the_flags_choose_the_upstream_and_the_environment_the_key() {
    let upstream = PlayedUpstream::start().await;
    let flags = ["--port", "0", "--upstream", &upstream.url(), "--model", "big-one"];
    let others = ["--upstream-kind", "openai-chat", "--model", "small-one"];
    let mut command = program(&[&flags[..], &others].concat());
    let (child, url) = start(command.env("OPENAI_API_KEY", "sk-secret-77")).await;
    let model = async {
        let mut exchange = upstream.begin().await;
        exchange.token("yes").await;
        exchange.send(DONE).await;
        exchange
    };
    let (events, exchange) = tokio::join!(async { chat(&url).await.rest().await }, model);
    assert_eq!(tokens_of(&events), ["yes"]);
    assert_eq!(exchange.body["model"], "big-one");
    assert!(exchange.head.contains("authorization: Bearer sk-secret-77"));
    let models: Value =
        client().get(format!("{url}/models")).send().await.unwrap().json().await.unwrap();
    assert_eq!(models, json!({ "models": ["big-one", "small-one"] }));
    let log = terminate(child, "-TERM").await;
    assert!(log.contains("session ended") && !log.contains("sk-secret"), "{log}");
}

#[tokio::test]
async fn each_kind_of_upstream_has_its_own_key() {
    let kinds = [
        ("anthropic", "ANTHROPIC_API_KEY", "x-api-key: k-7"),
        ("ollama", "OLLAMA_API_KEY", "authorization: Bearer k-7"),
        ("openai-responses", "OPENAI_API_KEY", "authorization: Bearer k-7"),
    ];
    for (kind, variable, header) in kinds {
        let upstream = PlayedUpstream::start().await;
        let flags = ["--port", "0", "--upstream", &upstream.url(), "--model", "m"];
        let flags = [&flags[..], &["--upstream-kind", kind]].concat();
        let (child, url) = start(program(&flags).env(variable, "k-7")).await;
        let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
        let asking = client().post(format!("{url}/chat")).json(&body).send();
        let refusing = async {
            let mut exchange = upstream.accept().await;
            exchange.respond("400 Bad Request", "x-none: 1", "").await;
            exchange
        };
        let (response, exchange) = tokio::join!(asking, refusing);
        common::refusal(response.unwrap(), 502, "upstream-status").await;
        assert!(exchange.head.lines().any(|line| line == header), "{}", exchange.head);
        terminate(child, "-TERM").await;
    }
}

#[tokio::test]
async fn the_log_tells_who_was_refused_and_no_secret() {
    let secret = "the secret of this test, 32 bytes and more";
    let flags = ["--port", "0", "--auth", "bearer", "--tokens-per-second", "20000"];
    let (child, url) = start(program(&flags).env("SLUICEGATE_AUTH_SECRET", secret)).await;
    let signing = Secret::new(secret.as_bytes()).unwrap();
    let [ann, bob] = ["ann", "bob"].map(|user| signing.sign(user, 9_999_999_999));
    let client = client();
    let body = json!({ "prompt": "a private question", "sessionId": "s1" });
    let asking = client.post(format!("{url}/chat")).bearer_auth(&ann).json(&body);
    let events = Events::of(asking.send().await.unwrap()).rest().await;
    json_of(events.last().unwrap(), "done");
    let cancelling = client.post(format!("{url}/chat/cancel")).bearer_auth(&bob).json(&body);
    let refused = cancelling.header("x-request-id", "trace-7").send().await.unwrap();
    common::refusal(refused, 403, "not-your-session").await;

    let log = terminate(child, "-TERM").await;
    let line = log.lines().find(|line| line.contains("another user's session")).expect(&log);
    for part in ["trace-7", "s1", "bob", "cancel"] {
        assert!(line.contains(part), "{line}");
    }
    for hidden in [secret, &ann, &bob, "private question"] {
        assert!(!log.contains(hidden), "{log}");
    }
}

#[tokio::test]
async fn an_upstream_over_tls_is_asked_once_its_certificate_is_trusted() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = std::env::temp_dir().join(format!("relay-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let trusted = folder.join("trusted.pem");
    std::fs::write(&trusted, made.cert.pem()).unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let untrusting = folder.join("other.pem");
    std::fs::write(&untrusting, other.cert.pem()).unwrap();

    drop(rustls::crypto::ring::default_provider().install_default());
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let upstream = PlayedUpstream::start().await;
    let base = upstream.url().replace("http://127.0.0.1", "https://localhost");
    let flags = ["--port", "0", "--upstream", &base, "--model", "m", "--upstream-retries", "0"];

    let (child, url) = start(program(&flags).env("SSL_CERT_FILE", &trusted)).await;
    let model = async {
        let stream = acceptor.accept(upstream.accept_stream().await).await.unwrap();
        let mut exchange = Exchange::read(stream).await;
        exchange.begin().await;
        exchange.token("safe").await;
        exchange.send(DONE).await;
        exchange
    };
    let (events, _) = tokio::join!(async { chat(&url).await.rest().await }, model);
    assert_eq!(tokens_of(&events), ["safe"]);
    terminate(child, "-TERM").await;

    let (child, url) = start(program(&flags).env("SSL_CERT_FILE", &untrusting)).await;
    let body = json!({ "prompt": "hi", "userId": "ann", "sessionId": "s1" });
    let asking = client().post(format!("{url}/chat")).json(&body).send();
    let (response, accepted) =
        tokio::join!(asking, async { acceptor.accept(upstream.accept_stream().await).await });
    assert!(accepted.is_err());
    common::refusal(response.unwrap(), 502, "upstream-unreachable").await;
    terminate(child, "-TERM").await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_built_in_upstream_needs_no_certificates() {
    let mut command = program(&["--port", "0", "--tokens-per-second", "20000"]);
    command.env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent");
    let (child, url) = start(&mut command).await;
    let events = chat(&url).await.rest().await;
    assert!(tokens_of(&events).len() >= 150);
    terminate(child, "-TERM").await;
}

#[tokio::test]
async fn a_taken_port_and_flags_that_make_no_sense_are_refused() {
    let (child, url) = start(&mut program(&["--port", "0"])).await;
    let port = url.rsplit(':').next().unwrap();
    for (flags, message) in [
        (vec!["--port", port], "cannot listen on 127.0.0.1:"),
        (vec!["--port", "70000"], "--port"),
        (vec!["--site", "/nonexistent"], "it is not a folder"),
        (vec!["--upstream", "http://h/v1"], "--model"),
        (vec!["--model", "m"], "--upstream"),
        (vec!["--upstream-kind", "anthropic"], "--upstream"),
        (vec!["--upstream-kind", "gemini"], "[possible values: openai-chat, openai-responses"),
        (vec!["--upstream", "h/v1", "--model", "m"], "not an http or https URL"),
        (vec!["--allow-origin", "*"], "--allow-origin"),
        (vec!["--allow-origin", "null"], "--allow-origin"),
        (vec!["--allow-origin", "https://a.test/x"], "would be https://a.test"),
        (vec!["--tokens-per-second", "0"], "--tokens-per-second"),
        (vec!["--host", "0.0.0.0"], "give --auth bearer or --auth cookie"),
        (vec!["--auth", "bearer"], "SLUICEGATE_AUTH_SECRET: the secret has less than 32 bytes"),
        (vec!["--jwt-issuer", "login"], "give --auth bearer or --auth cookie"),
        (vec!["--host-name", "https://a.test"], "it is not a host name"),
        (vec!["--host-name", "a.test:1"], "it is not a host name"),
        (vec!["--client-roles", "root"], "[possible values: system, user, assistant]"),
        (vec!["--max-connections", "4000000000"], "give a smaller --max-connections"),
        (vec!["--redis", "http://h"], "not a Redis URL"),
        (vec!["--resume-grace", "soon"], "it is not a number of seconds"),
        (vec!["--heartbeat", "0"], "it has to be more than 0"),
        (vec!["--max-session-age=-1"], "--max-session-age"),
    ] {
        let output = timeout(PATIENCE, program(&flags).output()).await.expect("an end").unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && log.contains(message), "{flags:?}: {log}");
        assert!(output.stdout.is_empty());
    }
    let sessions: Value =
        client().get(format!("{url}/sessions")).send().await.unwrap().json().await.unwrap();
    assert_eq!(sessions, json!([]));
    terminate(child, "-TERM").await;
}

#[test]
fn the_systemd_unit_fails_without_its_environment() {
    let unit = include_str!("../deploy/sluicegate-relay@.service");
    // With a `-` before the path, systemd would start it without: on a loopback address, and with
    // no tokens asked for.
    assert!(unit.contains("\nEnvironmentFile=/etc/sluicegate/relay.env\n"));
    assert_eq!(unit.matches("EnvironmentFile=").count(), 1);
}
