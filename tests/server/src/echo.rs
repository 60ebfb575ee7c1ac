//! `/echo`: what the client sent, as JSON.

use serde_json::json;

use crate::http::{Connection, Request, Stop};

pub async fn echo(connection: &mut Connection, request: &Request) -> Result<(), Stop> {
    let seen = json!({
        "method": request.method,
        "path": request.target,
        "headers": request.headers_json(),
        "body": request.body_text(),
    });
    connection.respond_json(request, &seen).await
}
