//! The public API of the crate and of the package as files, so that a change of it is seen in the diff:
//! `docs/rust-api.txt`, and a file per entry of the package in `docs/npm-api`.
//!
//! The crate's is read out of rustdoc's pages, which every toolchain makes. Those of the oldest Rust, which is always the
//! same. The package's is the work of `tests/publish/api.ts`.

use crate::workspace::{Workspace, execute};
use crate::{build, docs, publish, setup};
use anyhow::{Context as _, Result, bail};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const FILE: &str = "docs/rust-api.txt";

const DOC: &str =
    "doc --no-deps --package sluicegate --lib --locked --target wasm32-unknown-unknown --features";

/// What stands before each declaration in a page: of the item itself, of its members, of a trait's implementation.
const DECLARATIONS: [(&str, &str); 2] =
    [("<pre class=\"rust item-decl\"><code>", "</code></pre>"), ("class=\"code-header\">", "</h")];

/// What follows in a page is the same for every type.
const NOT_OURS: [&str; 2] =
    ["<h2 id=\"synthetic-implementations\"", "<h2 id=\"blanket-implementations\""];

/// Fails if the files are not what the code says. The package has to be built.
pub fn check(workspace: &Workspace) -> Result<()> {
    if fs::read_to_string(workspace.root.join(FILE))? != read(workspace)? {
        bail!(
            "the crate's public API differs from {FILE}: run `cargo xtask api`, look at the diff, and commit it"
        );
    }
    workspace.run("npm run --silent api --workspace sluicegate-tests")
}

/// Writes the files.
pub fn update(workspace: &Workspace) -> Result<()> {
    setup::run(workspace, setup::Scope::Build)?;
    build::packages(workspace)?;
    fs::write(workspace.root.join(FILE), read(workspace)?)?;
    println!("api: {FILE}");
    workspace.run("npm run --silent api --workspace sluicegate-tests -- --write")
}

fn read(workspace: &Workspace) -> Result<String> {
    let version = publish::oldest_rust(workspace)?;
    let target = workspace.target.join("oldest");
    let docs = target.join("wasm32-unknown-unknown/doc/sluicegate");
    // Pages of what is gone would stay.
    if docs.exists() {
        fs::remove_dir_all(&docs)?;
    }
    execute(
        workspace
            .command("rustup")
            .args(["run", &version, "cargo"])
            .args(DOC.split_whitespace())
            .arg(docs::FEATURES)
            .env("CARGO_TARGET_DIR", &target),
    )?;
    let mut pages = Vec::new();
    find_pages(&docs, &mut pages)?;
    pages.sort();
    let mut api = String::from("The public API of the crate. Written by `cargo xtask api`.\n");
    for page in pages {
        let html = fs::read_to_string(&page)?;
        let declarations = declarations(&html);
        if !declarations.is_empty() {
            let name = page.strip_prefix(&docs)?.with_extension("");
            write!(api, "\n# {}\n{declarations}", name.display())?;
        }
    }
    Ok(api)
}

fn find_pages(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            find_pages(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            pages.push(path);
        }
    }
    Ok(())
}

/// Returns the declarations in one of rustdoc's pages, one per line, in the order of the page.
fn declarations(html: &str) -> String {
    let ends = NOT_OURS.iter().filter_map(|mark| html.find(mark));
    let mut rest = &html[..ends.min().unwrap_or(html.len())];
    let mut found = String::new();
    loop {
        let marks = DECLARATIONS
            .iter()
            .filter_map(|(start, end)| rest.find(start).map(|at| (at, at + start.len(), *end)));
        let Some((_, at, end)) = marks.min() else { return found };
        let declaration = rest[at..].split(end).next().unwrap_or_default();
        rest = &rest[at + declaration.len()..];
        found.push_str(&text_of(declaration));
        found.push('\n');
    }
}

/// HTML as text, in one line.
fn text_of(html: &str) -> String {
    // "Show 15 variants", where they are folded.
    let unfolded = html.split("<summary").enumerate().map(|(at, piece)| match at {
        0 => piece,
        _ => piece.split_once("</summary>").map_or(piece, |(_, behind)| behind),
    });
    let html: String = unfolded.collect();
    let mut text = String::new();
    for (at, piece) in html.split('<').enumerate() {
        text.push_str(if at == 0 {
            piece
        } else {
            piece.split_once('>').map_or("", |(_, text)| text)
        });
    }
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&quot;", "\""),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::declarations;

    #[test]
    fn declarations_are_read_without_their_markup() {
        let page = "<pre class=\"rust item-decl\"><code>pub struct <a>Event</a> {<details><summary \
            class=\"hideme\"><span>Show 1 field</span></summary>\n    \
            pub data: <a title=\"x\">String</a>,\n}</code></pre><p>Not this</p>\
            <h4 class=\"code-header\">pub fn <a>get</a>&lt;T&gt;(&amp;self) -&gt; T</h4>\
            <h2 id=\"synthetic-implementations\"><h3 class=\"code-header\">impl Send</h3>";
        let expected = "pub struct Event { pub data: String, }\npub fn get<T>(&self) -> T\n";
        assert_eq!(declarations(page), expected);
    }
}
