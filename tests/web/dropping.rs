//! Dropping a stream closes its connection without notifying the backend. See also
//! tests/scenarios/leaving.json.

use crate::support::{Counters, Held, Sink, event};
use futures::future::join_all;
use sluicegate::{CancelRequest, EventStream};
use std::arch::wasm32::memory_size;
use wasm_bindgen_test::wasm_bindgen_test as test;

fn open(url: &str, sink: &Sink) -> EventStream {
    EventStream::builder(url).cancel(CancelRequest::to(sink.url())).open().unwrap()
}

#[test]
async fn before_the_first_poll_nothing_is_sent() {
    let (held, sink) = (Held::new(), Sink::new());
    drop(open(&held.url, &sink));
    let (other, _) = (Held::new(), Sink::new());
    // Had the first one sent anything, it would be there before this one's event.
    event(&mut open(&other.url, &sink)).await;
    held.counted(Counters { requests: 0, open: 0, client_closed: 0 }).await;
    sink.received(0).await;
}

#[test]
async fn a_thousand_times() {
    let held = Held::new();
    let mut pages_before = 0;
    for round in 0..250 {
        // Browsers open six connections to a server at most.
        join_all((0..4).map(async |_| {
            let mut stream = EventStream::builder(&held.url).open().unwrap();
            assert_eq!(event(&mut stream).await.data, "open");
        }))
        .await;
        if round == 50 {
            pages_before = memory_size(0);
        }
    }
    held.counted(Counters { requests: 1_000, open: 0, client_closed: 1_000 }).await;
    // A page is 64 KiB: had each stream left 100 bytes, there would be one more.
    assert_eq!(memory_size(0), pages_before, "pages of memory");
}
