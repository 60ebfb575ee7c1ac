//! `cargo xtask release`: one version for the crate and the package, both checked and packed.

use crate::publish::{package_crate, quoted_after};
use crate::workspace::{Workspace, execute};
use crate::{build, publish, setup, test};
use anyhow::{Context as _, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the version stands, and between what: once in each.
const VERSIONED: [(&str, &str, &str); 10] = [
    ("Cargo.toml", "[workspace.package]\nversion = \"", "\""),
    ("Cargo.lock", LOCKED, "\""),
    ("Cargo.lock", "\nname = \"sluicegate-relay\"\nversion = \"", "\""),
    ("www/relay/Cargo.toml", "sluicegate = { path = \"../..\", version = \"", "\""),
    ("examples/Cargo.lock", LOCKED, "\""),
    ("fuzz/Cargo.lock", LOCKED, "\""),
    ("tests/oldest/Cargo.lock", LOCKED, "\""),
    ("CITATION.cff", "\nversion: ", "\n"),
    ("pkg/package.json", "\n  \"version\": \"", "\","),
    ("package-lock.json", "\n      \"name\": \"sluicegate\",\n      \"version\": \"", "\","),
];

const LOCKED: &str = "\nname = \"sluicegate\"\nversion = \"";

const CHANGELOG: &str = "CHANGELOG.md";

const UNRELEASED: &str = "## Unreleased\n";

/// Puts the files back as they were when it goes.
struct Saved(Vec<(PathBuf, Vec<u8>)>);

impl Saved {
    fn new(files: impl Iterator<Item = PathBuf>) -> Result<Self> {
        files
            .map(|file| {
                let content = fs::read(&file).with_context(|| file.display().to_string())?;
                Ok((file, content))
            })
            .collect::<Result<_>>()
            .map(Self)
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        for (file, content) in &self.0 {
            if let Err(error) = fs::write(file, content) {
                eprintln!("could not put back {}: {error}", file.display());
            }
        }
    }
}

/// Without a version, that of the manifests. A dry run leaves the files as they were, and what it packed.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let is_dry = arguments.iter().any(|argument| argument == "--dry-run");
    let mut versions = arguments.iter().filter(|argument| *argument != "--dry-run");
    let manifest = fs::read_to_string(workspace.root.join("Cargo.toml"))?;
    let current = quoted_after(&manifest, "[workspace.package]", "version = ")
        .context("Cargo.toml has no version in [workspace.package]")?;
    let version = versions.next().map_or(current, String::as_str);
    ensure!(
        versions.next().is_none(),
        "one version at a time: cargo xtask release [--dry-run] VERSION"
    );
    ensure!(
        is_newer_or_same(version, current)?,
        "{version} is older than {current}, the version of now"
    );
    check_clean(workspace)?;

    setup::run(workspace, setup::Scope::Build)?;
    let saved = Saved::new(
        VERSIONED
            .iter()
            .map(|(file, ..)| file)
            .chain([&CHANGELOG])
            .map(|file| workspace.root.join(file)),
    )?;
    bump(workspace, current, version)?;
    build::run(workspace)?;
    publish::check(workspace)?;
    let tarball = pack(workspace, version)?;
    if !is_dry {
        std::mem::forget(saved);
    }

    println!("\nsluicegate {version} is packed:");
    println!(
        "  {}",
        workspace.target.join(format!("package/sluicegate-{version}.crate")).display()
    );
    println!("  {}", tarball.display());
    println!("\nTo publish it:");
    if is_dry {
        println!("  cargo xtask release {version}    # this was a dry run: nothing is changed");
    }
    println!("  cargo xtask test    # all of: {}", test::stage_names().join(", "));
    println!("  git commit --all --message 'Version {version}' && git tag v{version}");
    println!("  cargo publish --package sluicegate --package sluicegate-relay --locked");
    println!(
        "  npm publish --provenance --access public {}    # in CI, as CONTRIBUTING.md says",
        tarball.display()
    );
    Ok(())
}

/// Whether it goes after, or is the first version, which no registry has yet.
fn is_newer_or_same(version: &str, current: &str) -> Result<bool> {
    Ok(numbers(version)? >= numbers(current)?)
}

fn numbers(version: &str) -> Result<Vec<u64>> {
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    match numbers {
        Some(numbers) if numbers.len() == 3 => Ok(numbers),
        _ => bail!("a version is three numbers, such as 1.2.3, not `{version}`"),
    }
}

fn check_clean(workspace: &Workspace) -> Result<()> {
    let status = workspace.command("git").args(["status", "--porcelain"]).output()?;
    ensure!(status.status.success(), "a release is made in a git repository");
    let changed = String::from_utf8_lossy(&status.stdout).into_owned();
    ensure!(
        changed.is_empty(),
        "commit these first, or the release is not what git has:\n{changed}"
    );
    Ok(())
}

fn bump(workspace: &Workspace, current: &str, version: &str) -> Result<()> {
    let date = workspace.command("date").args(["--utc", "+%F"]).output()?;
    let date = String::from_utf8(date.stdout)?;
    edit(&workspace.root.join(CHANGELOG), |text| released(text, version, date.trim()))?;
    for (file, before, after) in VERSIONED {
        let with = |version| format!("{before}{version}{after}");
        edit(&workspace.root.join(file), |text| {
            replaced_once(text, &with(current), &with(version))
        })?;
    }
    Ok(())
}

fn edit(file: &Path, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let text = fs::read_to_string(file)?;
    let changed = change(&text).with_context(|| file.display().to_string())?;
    Ok(fs::write(file, changed)?)
}

/// The changelog with a heading for the version under a new, empty "Unreleased".
fn released(changelog: &str, version: &str, date: &str) -> Result<String> {
    let (before, after) =
        changelog.split_once(UNRELEASED).context("there is no heading \"Unreleased\"")?;
    let entry = after.split("\n## ").next().unwrap_or_default();
    ensure!(
        !entry.trim().is_empty(),
        "nothing stands under \"Unreleased\": write what is new first"
    );
    Ok(format!("{before}{UNRELEASED}\n## {version} - {date}\n{after}"))
}

fn replaced_once(text: &str, old: &str, new: &str) -> Result<String> {
    let count = text.matches(old).count();
    ensure!(count == 1, "{count} times {:?}, not once", old.trim());
    Ok(text.replace(old, new))
}

/// Packs both. Returns the path of the package.
fn pack(workspace: &Workspace, version: &str) -> Result<PathBuf> {
    package_crate(workspace)?;
    let folder = workspace.target.join("package");
    execute(
        workspace
            .command("npm")
            .args(["pack", "--workspace", "sluicegate", "--pack-destination"])
            .arg(&folder),
    )?;
    Ok(folder.join(format!("sluicegate-{version}.tgz")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_gets_its_heading_under_a_new_unreleased() {
        let changelog =
            "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n";
        assert_eq!(
            released(changelog, "0.2.0", "2026-02-02").unwrap(),
            "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-02-02\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n"
        );
    }

    #[test]
    fn a_release_with_nothing_new_is_refused() {
        for changelog in ["# Changelog\n", "## Unreleased\n\n## 0.1.0\n\n- Old.\n"] {
            assert!(released(changelog, "0.2.0", "2026-02-02").is_err(), "{changelog}");
        }
    }

    #[test]
    fn versions_are_compared_by_number_and_never_go_back() {
        assert!(is_newer_or_same("0.10.0", "0.9.1").unwrap());
        assert!(is_newer_or_same("0.1.0", "0.1.0").unwrap());
        assert!(!is_newer_or_same("0.9.1", "0.10.0").unwrap());
        for wrong in ["1.2", "v1.2.3", "1.2.3-beta", ""] {
            assert!(is_newer_or_same(wrong, "0.1.0").is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_text_that_is_there_once_is_replaced() {
        assert_eq!(replaced_once("a b", "a", "c").unwrap(), "c b");
        assert!(replaced_once("a a", "a", "c").is_err());
        assert!(replaced_once("b", "a", "c").is_err());
    }
}
