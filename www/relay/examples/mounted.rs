//! An app of ten lines that has the relay's routes beside its own: who the caller is, and what to ask,
//! is for the app to say. `UPSTREAM=https://api.example.com/v1 cargo run --example mounted`

use sluicegate_relay::{Auth, Message, Options, Relay, Role, Upstream, UpstreamOptions, router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let upstream = Upstream::new(UpstreamOptions::new(std::env::var("UPSTREAM")?, ["a-model"]))?;
    // An app has a session of its own to look at.
    let auth =
        Auth::app(async |request| Some(request.headers.get("x-user")?.to_str().ok()?.into()));
    let relay = Relay::new(upstream, Default::default())
        .with_options(Options { auth, ..Options::default() })
        .with_question(async |mut question| {
            let system = format!("You speak with {}.", question.user);
            question.chat.messages.insert(0, Message::new(Role::System, system));
            Ok(question.chat)
        });
    let app = axum::Router::new().route("/", axum::routing::get("hello")).merge(router(relay));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
