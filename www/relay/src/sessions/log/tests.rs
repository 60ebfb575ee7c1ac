use std::sync::Arc;

use super::super::budget::Budget;
use super::*;

const MOST: usize = 2 << 20;

fn budgets(most: usize) -> Budgets {
    let [user, all] = [most, usize::MAX].map(|most| Arc::new(Budget::new(most)));
    Budgets { user, all }
}

fn log_in(budgets: &Budgets) -> Log {
    Log::starting_at(0, MOST, Account::new(budgets.clone()))
}

fn log() -> Log {
    log_in(&budgets(usize::MAX))
}

/// Whether the writer would wait.
async fn waits(log: &Log) -> bool {
    tokio::select! { biased; () = log.room() => false, () = async {} => true }
}

fn numbered(id: u64) -> Bytes {
    format!("{id};").into()
}

#[track_caller]
fn text(log: &Log, from: u64) -> (String, u64) {
    match log.read(from, 1000) {
        Read::Frames(bytes, next) => (String::from_utf8(bytes.into()).unwrap(), next),
        _ => panic!("nothing at {from}"),
    }
}

#[tokio::test]
async fn each_reader_begins_where_it_wants() {
    let log = log();
    for _ in 0..3 {
        log.push(numbered).await;
    }
    assert_eq!(log.attach(None), Ok(0));
    assert_eq!(log.attach(Some(1)), Ok(2));
    assert_eq!(log.attach(Some(2)), Ok(3));
    assert_eq!(log.attach(Some(3)), Err(Missing::NotWritten));
    assert_eq!(log.attach(Some(u64::MAX)), Err(Missing::NotWritten));
    assert_eq!(text(&log, 0), ("0;1;2;".into(), 3));
    assert_eq!(text(&log, 2), ("2;".into(), 3));
    assert!(matches!(log.read(3, 1000), Read::Wait));
    log.close(numbered);
    assert_eq!(text(&log, 3), ("3;".into(), 4));
    assert!(matches!(log.read(4, 1000), Read::End));
    assert!(log.is_over(4) && !log.is_over(3));
}

#[tokio::test]
async fn the_writer_waits_for_the_fastest_reader() {
    let log = log();
    for _ in 0..FRAMES_AHEAD {
        log.push(numbered).await;
    }
    {
        let mut next = std::pin::pin!(log.push(numbered));
        let waits = tokio::select! { biased; () = &mut next => false, () = async {} => true };
        assert!(waits);
        log.attach(None).unwrap();
        text(&log, 0);
        next.await;
    }
    assert_eq!(text(&log, 99), ("99;100;".into(), 101));
}

#[tokio::test]
async fn frames_are_shown_when_they_are_stored() {
    let log = log();
    log.show_until(0);
    for _ in 0..3 {
        log.push(numbered).await;
    }
    log.attach(None).unwrap();
    assert!(matches!(log.read(0, 1000), Read::Wait));
    let Unstored { first, frames, closed, .. } = log.unstored(0, 2);
    assert_eq!((first, frames.len(), closed), (0, 2, false));
    log.show_until(2);
    assert_eq!(text(&log, 0), ("0;1;".into(), 2));
    log.close(numbered);
    assert!(matches!(log.read(2, 1000), Read::Wait));
    let Unstored { first, frames, closed, .. } = log.unstored(2, 1000);
    assert_eq!((first, frames.len(), closed), (2, 2, true));
    log.show_all();
    assert_eq!(text(&log, 2), ("2;3;".into(), 4));
    assert!(matches!(log.read(4, 1000), Read::End));
}

#[tokio::test]
async fn readers_elsewhere_count_until_they_fall_silent() {
    let log = Log::starting_at(7, MOST, Account::new(budgets(usize::MAX)));
    log.add_now(numbered);
    assert!(log.remote_read("r".into(), 7));
    assert!(!log.remote_read("r".into(), 8));
    // It can't be where nothing was written.
    assert!(!log.remote_read("r".into(), u64::MAX));
    assert!(!log.remote_read("s".into(), 9));
    assert_eq!((log.next(), log.read_to()), (8, 8));
    let is_read =
        async || tokio::select! { biased; () = log.unread() => false, () = async {} => true };
    log.forget_silent_readers(Duration::from_secs(60));
    assert!(is_read().await);
    log.forget_silent_readers(Duration::ZERO);
    assert!(!is_read().await);
    log.interrupt();
    log.push(numbered).await;
    log.close(numbered);
    assert!(matches!(log.read(8, 1000), Read::Interrupted));
}

#[tokio::test]
async fn what_was_read_long_ago_is_dropped_and_nothing_else() {
    let budgets = budgets(usize::MAX);
    let log = log_in(&budgets);
    let frame = |_| Bytes::from(vec![b'x'; MOST / 8]);
    for _ in 0..50 {
        log.add_now(frame);
    }
    let mut from = log.attach(None).unwrap();
    assert_eq!(from, 0);
    while let Read::Frames(bytes, next) = log.read(from, 1000) {
        assert_eq!((bytes.len(), next), (MOST / 8, from + 1));
        from = next;
    }
    assert_eq!(from, 50);
    log.push(frame).await;
    assert_eq!(log.attach(Some(40)), Err(Missing::Dropped));
    assert_eq!(log.attach(Some(46)), Ok(47));
    assert!(matches!(log.read(10, 1000), Read::Interrupted));
    let held = budgets.user.held();
    assert!(held < MOST + 4096, "what was dropped is given back: {held}");
    log.close(frame);
    log.forget(true);
    assert_eq!(log.attach(Some(48)), Err(Missing::Dropped));
    assert_eq!(log.attach(Some(51)), Ok(52));
    assert_eq!(budgets.user.held(), 0);
}

#[tokio::test]
async fn the_writer_waits_by_bytes_and_not_only_by_frames() {
    let log = log();
    let mut from = log.attach(None).unwrap();
    let half = BYTES_AHEAD / 2;
    for sizes in [&[BYTES_AHEAD * 4][..], &[1, half, half], &[half, 4 * BYTES_AHEAD]] {
        for size in sizes {
            assert!(!waits(&log).await, "one frame may always be ahead");
            log.push(|_| vec![b'x'; *size].into()).await;
        }
        assert!(waits(&log).await);
        while let Read::Frames(_, next) = log.read(from, 1000) {
            from = next;
        }
    }
}

#[tokio::test]
async fn past_the_budget_less_is_kept_and_nothing_is_read_ahead() {
    let budgets = budgets(MOST + MOST / 8);
    let [first, second] = [log_in(&budgets), log_in(&budgets)];
    let frame = |_| Bytes::from(vec![b'x'; MOST / 64]);
    let fill = |log: &Log, from: u64, until: u64| {
        for at in from..until {
            log.add_now(frame);
            assert!(matches!(log.read(at, 1), Read::Frames(..)));
        }
    };
    for log in [&first, &second] {
        log.attach(None).unwrap();
    }
    fill(&first, 0, 48);
    assert_eq!(first.attach(None), Ok(0));
    fill(&second, 0, 48);
    assert!(second.attach(None).is_err(), "the second keeps less");
    first.add_now(frame);
    assert!(first.attach(None).is_err(), "and then the first, too");
    let held = budgets.user.held();
    assert!(held < MOST + MOST / 4, "{held}");
    second.hold_beside(MOST);
    assert!(waits(&first).await, "the prompts count, too");
    assert!(matches!(first.read(48, 1), Read::Frames(..)));
    assert!(!waits(&first).await);
    drop((first, second));
    assert_eq!(budgets.user.held(), 0);
}

#[tokio::test]
async fn what_a_reader_waits_for_outlives_the_rest() {
    let log = log();
    for _ in 0..4 {
        log.add_now(numbered);
    }
    let from = log.attach(None).unwrap();
    assert!(matches!(log.read(from, 1), Read::Frames(_, 1)));
    log.close(numbered);
    log.forget(false);
    assert_eq!((log.attach(None), log.attach(Some(0))), (Err(Missing::Dropped), Ok(1)));
    assert_eq!(text(&log, 1), ("1;2;3;4;".into(), 5));
}
