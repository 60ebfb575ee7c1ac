//! What browsers are told of every response.

mod common;

use common::TestRelay;
use common::nginx::Nginx;
use common::upstream::PlayedUpstream;
use reqwest::header::HeaderMap;
use sluicegate_relay::{Site, UpstreamOptions};

fn assert_guarded(path: &str, headers: &HeaderMap) {
    let policy = headers["content-security-policy"].to_str().unwrap();
    let directives: Vec<&str> = policy.split("; ").collect();
    for wanted in [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types vue dompurify",
    ] {
        assert!(directives.contains(&wanted), "{path}: no {wanted} in {policy}");
    }
    assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
    assert_eq!(headers["x-dns-prefetch-control"], "off", "{path}");
    assert_eq!(headers.get_all("content-security-policy").iter().count(), 1, "{path}");
}

#[tokio::test]
async fn pages_files_answers_and_refusals_have_them_also_behind_nginx() {
    let folder = std::env::temp_dir().join(format!("relay-pages-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("index.html"), "<!doctype html>").unwrap();
    std::fs::write(folder.join("page.js"), "0").unwrap();
    let upstream = PlayedUpstream::start().await;
    let options = UpstreamOptions::new(upstream.url(), ["m"]);
    let site = Site { folder: Some(folder.clone()) };
    let relay = TestRelay::start(options, site).await;
    let nginx = Nginx::start(&[&relay.url]).await;
    for (path, status) in
        [("/", 200), ("/page.js", 200), ("/models", 200), ("/nothing", 404), ("/chat", 405)]
    {
        let response = relay.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert_guarded(path, response.headers());
        let proxied = nginx.client.get(format!("{}{path}", nginx.url)).send().await.unwrap();
        assert_guarded(path, proxied.headers());
    }
    std::fs::remove_dir_all(folder).unwrap();
}
