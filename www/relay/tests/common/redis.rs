//! A real Redis on a free port, that can be stopped and started again.

use std::path::PathBuf;
use std::process::Stdio;

use sluicegate_relay::{Limits, Redis, RedisOptions, Relay};
use tokio::process::{Child, Command};

use super::{free_port, until};

pub struct TestRedis {
    folder: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl TestRedis {
    pub async fn start() -> Self {
        let port = free_port();
        let folder =
            std::env::temp_dir().join(format!("relay-redis-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut redis = Self { folder, port, server: None };
        redis.run().await;
        redis
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it, without anything in it, and waits until it answers.
    pub async fn run(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.arg("--dir").arg(&self.folder);
        command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        self.server = Some(command.spawn().expect("redis-server is installed"));
        let client = redis::Client::open(self.url()).unwrap();
        until(async || {
            let mut connection = client.get_multiplexed_async_connection().await.ok()?;
            redis::cmd("PING").query_async::<String>(&mut connection).await.ok()
        })
        .await;
    }

    /// Kills it, with all that it knows.
    pub async fn kill(&mut self) {
        let mut server = self.server.take().expect("it runs");
        server.kill().await.unwrap();
    }

    /// Sends it a signal, such as `-STOP`.
    pub async fn signal(&self, name: &str) {
        let id = self.server.as_ref().and_then(Child::id).expect("it runs").to_string();
        assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
    }

    /// Asks it something.
    pub async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut connection).await.unwrap()
    }

    /// What makes a relay one of those that share this Redis.
    pub fn shared(&self, relay: Relay) -> Relay {
        self.shared_with(relay, |options| options, Limits::default())
    }

    /// As [`TestRedis::shared`], with other options and limits.
    pub fn shared_with(
        &self,
        relay: Relay,
        configure: impl FnOnce(RedisOptions) -> RedisOptions,
        limits: Limits,
    ) -> Relay {
        let redis = Redis::new(configure(RedisOptions::new(self.url())), limits).unwrap();
        relay.with_registry(std::sync::Arc::new(redis))
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
