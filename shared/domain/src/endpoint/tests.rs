use super::*;

const WISH: Wish = Wish { rate_per_minute: None, has_turn: false, life: Duration::from_secs(20) };
const FAST: Duration = Duration::from_millis(50);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after_seconds: None }
}

fn asked(status: u16, seconds: u64) -> Outcome {
    Outcome::Answered { status, retry_after_seconds: Some(seconds) }
}

/// An attempt that begins and ends at one second.
#[track_caller]
fn attempt(health: &Health, outcome: &Outcome, second: i64) -> Health {
    let (place, health) = go(health, WISH, second);
    health.after(outcome, FAST, place, at(second)).0
}

#[track_caller]
fn go(health: &Health, wish: Wish, second: i64) -> (Place, Health) {
    match health.permit(wish, at(second)) {
        Permit::Go(place, changed) => (place, changed.unwrap_or_else(|| health.clone())),
        Permit::Wait(wait) | Permit::Turn(wait, _) => panic!("it waits for {wait:?}"),
    }
}

#[track_caller]
fn waits(health: &Health, wish: Wish, second: i64, seconds: u64) {
    assert_eq!(health.permit(wish, at(second)), Permit::Wait(Duration::from_secs(seconds)));
}

fn proven() -> Health {
    attempt(&Health::default(), &answered(200), 0)
}

#[test]
fn a_proven_endpoint_costs_no_write() {
    let health = proven();
    let Permit::Go(place, None) = health.permit(WISH, at(1)) else { panic!("it is well") };
    assert_eq!(health.after(&answered(204), FAST, place, at(1)), (health.clone(), None));
}

#[test]
fn five_failures_in_a_row_open_the_breaker_and_one_probe_closes_it() {
    let mut health = proven();
    for second in 1..=4 {
        health = attempt(&health, &answered(500), second);
    }
    let recovered = attempt(&health, &answered(200), 5);
    assert_eq!(attempt(&recovered, &answered(500), 6).failures, 1);

    let open = attempt(&health, &Outcome::Unanswered("timed_out".to_owned()), 5);
    waits(&open, WISH, 5, 30);
    waits(&open, WISH, 34, 1);
    let standing = |second| open.standing(at(second));
    assert_eq!((health.standing(at(5)).breaker, standing(5).breaker), (Breaker::Closed, Breaker::Open));
    assert_eq!((standing(34).held_until, standing(34).failing_since), (Some(at(35)), Some(at(1))));
    assert_eq!(
        (standing(35).breaker, standing(35).held_until, standing(35).failures),
        (Breaker::HalfOpen, None, 5)
    );
    let (probe, half_open) = go(&open, WISH, 35);
    waits(&half_open, WISH, 35, 1);
    // The prober died: its place is free again when its attempt must be over.
    go(&half_open, WISH, 56);

    let (closed, None) = half_open.after(&answered(200), FAST, probe, at(36)) else { panic!("it is well") };
    assert_eq!(closed, proven());
    let (open, None) = half_open.after(&answered(500), FAST, probe, at(36)) else { panic!("not yet") };
    waits(&open, WISH, 36, 30);
}

#[test]
fn an_endpoint_that_is_not_proven_has_few_attempts_at_once() {
    let mut health = Health::default();
    let mut places = Vec::new();
    for _ in 0..5 {
        let (place, next) = go(&health, WISH, 0);
        (health, _) = (next, places.push(place));
    }
    waits(&health, WISH, 0, 1);
    let (slow, _) = health.after(&answered(200), Duration::from_secs(5), places[0], at(5));
    let (_, full) = go(&slow, WISH, 5);
    waits(&full, WISH, 5, 1);
    go(&health.without(places[1]), WISH, 0);
    let (fast, _) = health.after(&answered(200), FAST, places[0], at(1));
    assert_eq!(fast, proven());
}

#[test]
fn who_asks_to_be_spared_is() {
    for status in [429, 502, 504] {
        let once = attempt(&proven(), &answered(status), 10);
        waits(&once, WISH, 10, 1);
        let twice = attempt(&once, &answered(status), 11);
        waits(&twice, WISH, 11, 2);
        // Attempts go on at that pace, and it halves with each that succeeds.
        let well = attempt(&twice, &answered(200), 13);
        waits(&well, WISH, 13, 2);
        let well = attempt(&well, &answered(200), 15);
        let well = attempt(&well, &answered(200), 16);
        assert_eq!(well, proven());
    }
    waits(&attempt(&proven(), &asked(503, 60), 10), WISH, 10, 60);
    waits(&attempt(&proven(), &asked(429, u64::MAX), 10), WISH, 10, 3600);
    waits(&attempt(&proven(), &asked(429, 0), 10), WISH, 10, 1);
}

#[test]
fn each_that_waits_for_the_owners_limit_has_a_turn() {
    let wish = Wish { rate_per_minute: Some(12), ..WISH };
    let (_, mut health) = go(&proven(), wish, 100);
    for turn in [5, 10, 15] {
        let Permit::Turn(wait, next) = health.permit(wish, at(100)) else { panic!("it has to wait") };
        assert_eq!(wait, Duration::from_secs(turn));
        health = next;
    }
    let taken = Wish { has_turn: true, ..wish };
    assert_eq!(go(&health, taken, 105).1, health, "a turn is taken once");
    let Permit::Turn(wait, _) = health.permit(wish, at(105)) else { panic!("others have their turns") };
    assert_eq!(wait, Duration::from_secs(15));
    let open = Health { failures: BREAKING, held_until: Some(at(130)), ..health.clone() };
    waits(&open, taken, 105, 25);
    while let Permit::Turn(_, next) = health.permit(wish, at(105)) {
        health = next;
    }
    waits(&health, wish, 105, 450);
}

#[test]
fn the_owners_limit_is_passed_in_no_minute() {
    for per_minute in [1, 7, 20, 45, 60, 40_000, 60_000] {
        let wish = Wish { rate_per_minute: Some(per_minute), ..WISH };
        let mut health = proven();
        let mut made = 0;
        for ms in 0..60_000 {
            let now = Timestamp::from_millisecond(ms).expect("a time");
            while let Permit::Go(_, Some(next)) = health.permit(wish, now) {
                health = next;
                made += 1;
            }
        }
        // Gaps are whole milliseconds, which a thousand a second notice.
        assert!((per_minute / 2..=per_minute).contains(&made), "{made} of {per_minute}");
        assert!(per_minute > 1000 || made + per_minute / 10 >= per_minute, "{made} of {per_minute}");
    }
}

#[test]
fn what_is_gone_or_fails_for_days_is_disabled() {
    #[track_caller]
    fn check(second: i64, outcome: &Outcome, expected: Option<DisabledReason>) {
        let mut health = proven();
        for second in 0..4 {
            health = attempt(&health, &answered(500), second);
        }
        health.held_until = None;
        let (next, reason) = health.after(outcome, FAST, Place(None), at(second));
        assert_eq!(reason, expected);
        if reason.is_some() {
            assert_eq!(next, Health::default());
        }
    }
    check(1, &answered(410), Some(DisabledReason::Gone));
    check(432_000 - 1, &answered(500), None);
    check(432_000, &answered(500), Some(DisabledReason::Failing));
    check(432_000, &answered(200), None);
    let once = attempt(&proven(), &answered(500), 0);
    assert_eq!(once.after(&answered(500), FAST, Place(None), at(432_000)).1, None, "one a week is no row");
}

#[test]
fn what_an_endpoint_asked_for_outlasts_earlier_attempts() {
    let (first, health) = go(&Health::default(), WISH, 0);
    let (second, health) = go(&health, WISH, 0);
    let (held, _) = health.after(&asked(503, 60), FAST, first, at(1));
    let (still, _) = held.after(&answered(200), FAST, second, at(2));
    waits(&still, WISH, 2, 59);
    go(&still, WISH, 61);
}

#[test]
fn an_endpoint_that_hangs_gets_few_more_attempts_before_the_first_one_ends() {
    let mut health = proven().waiting();
    for _ in 0..5 {
        (_, health) = go(&health, WISH, 3);
    }
    waits(&health, WISH, 3, 1);
    assert_eq!(attempt(&proven().waiting(), &answered(200), 4), proven());
}
