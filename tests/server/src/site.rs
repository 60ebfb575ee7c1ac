//! `/site/`, `/csp/`, `/no-wasm/` and `/isolated/`: the files of `--site`, as they are, under a
//! strict content security policy, under one that forbids WebAssembly, too, and cross-origin
//! isolated (so that pages have fine clocks).

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::app::App;
use crate::http::{Connection, Head, Request, Stop};

const STRICT: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
                      require-trusted-types-for 'script'";

const NO_WASM: &str = "default-src 'self'; script-src 'self'; require-trusted-types-for 'script'";

pub async fn file(
    app: &App,
    connection: &mut Connection,
    request: &Request,
    path: &str,
) -> Result<(), Stop> {
    let missing = || Stop::Refused(404, format!("no such file: /{path}"));
    let (prefix, name) = path.split_once('/').unwrap_or((path, ""));
    let root = app.site.as_ref().ok_or_else(missing)?;
    let mut file = resolve(root, name).ok_or_else(missing)?;
    if file.is_dir() {
        file.push("index.html");
    }
    let content = tokio::fs::read(&file).await.map_err(|_| missing())?;
    let head = Head::new(200)
        .with("content-type", mime(&file))
        .with("cache-control", "no-cache")
        .allow_origin(request);
    let head = match prefix {
        "csp" => head.with("content-security-policy", STRICT),
        "no-wasm" => head.with("content-security-policy", NO_WASM),
        "isolated" => head
            .with("cross-origin-opener-policy", "same-origin")
            .with("cross-origin-embedder-policy", "require-corp"),
        _ => head,
    };
    connection.respond(request, head, &content).await
}

/// The file that a URL's path names under `root`; none if it points out of it.
fn resolve(root: &Path, name: &str) -> Option<PathBuf> {
    let name = percent_decode_str(name).decode_utf8().ok()?;
    let relative = Path::new(name.as_ref());
    let inside = relative.components().all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| root.join(relative))
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
