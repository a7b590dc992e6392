//! The stories: what the outside world sends and sees, through the deployed stack.
//!
//! The real template on the local AWS, the local forge with real git repositories, a real HTTP receiver. Every story has
//! a repository of its own, so they run side by side; those that kill processes have a stack of their own. Invariant:
//! a story waits for what it can see, with a deadline, and is never tried again.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "these are tests and their helpers")]

mod aws;
mod client;
mod endpoint;
mod faults;
mod house;
mod lambda;
mod notes;
mod repo;
mod sender;
mod sent;
mod stage;
mod subscriber;
mod verify;
mod wait;

mod ailing;
mod broken;
mod crossed;
mod delivered;
mod described;
mod guarded;
mod interrupted;
mod killed;
mod limited;
mod loaded;
mod managed;
mod news;
mod opened;
mod paired;
mod promised;
mod queries;
mod received;
mod refused;
mod rehearsed;
mod subscribed;
mod told;
mod withheld;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::house::House;

/// Stories mostly wait, so more of them run at once than there are cores.
const SIDE_BY_SIDE: usize = 6;

/// One trial for each story, named by its theme.
macro_rules! stories {
    ($house:ident, $($theme:ident: $($story:ident),+;)+) => {
        vec![$($({
            let house = $house.clone();
            let name = concat!(stringify!($theme), "::", stringify!($story));
            Trial::test(name, move || {
                house.tell($theme::$story(&house));
                Ok(())
            })
        }),+),+]
    };
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let house = Arc::new(House::new());
    // The long ones first.
    let trials = stories![house,
        killed: a_dispatcher_in_mid_delivery, a_router_in_mid_batch, a_stage_at_work;
        ailing: a_breaker_opens_and_closes, a_dead_endpoint_delays_nobody, what_is_gone_is_disabled_and_told,
            what_fails_for_days_is_disabled, another_address_has_a_record_of_its_own,
            one_that_hangs_is_told_of_before_it_ends, a_slow_endpoint_keeps_no_places;
        subscribed: a_run_is_told_to_those_who_want_it, a_rotation_refuses_nobody,
            what_waits_for_a_disabled_one_is_cancelled;
        interrupted: what_was_begun_ends;
        loaded: most_are_well_and_some_are_not;
        described: what_the_api_says_of_itself_is_so, what_it_says_of_itself, any_event_can_be_tried;
        rehearsed: every_sample_event_is_answered_by_its_function;
        opened: a_pull_request_is_fixed_and_reported, a_push_to_the_default_branch_is_reported_only;
        delivered: down_then_up, dead, gone, the_built_in_receiver;
        crossed: a_newer_head_supersedes, a_head_that_moved_is_not_overwritten,
            a_head_that_moves_under_the_commit_is_not_overwritten, a_draft_waits;
        limited: what_was_given_up_is_recovered, a_test_is_sent_and_logged, a_key_asks_fifty_times_at_once;
        managed: a_subscription_from_register_to_remove, changes_at_the_same_time, secrets_are_rotated,
            the_same_request_is_done_once, lists_come_in_pages, bad_input_is_told_field_by_field;
        news: a_check_fails_and_passes_again, repositories_come_and_go;
        guarded: keys_open_what_their_scopes_say, foreign_ids_do_not_exist;
        paired: a_receiver_needs_no_secret, a_pair_is_rotated, keys_that_are_not_there, many_pairs_at_once;
        promised: three_retries_that_back_off, nobody_waits_for_an_answer, a_rate_of_its_own,
            a_secret_is_made_for_each, what_the_results_tell;
        received: the_debian_package_webhook;
        told: a_stage_is_told_when_it_ends, a_failure_is_told_with_its_stage;
        queries: a_run_is_asked_about, a_person_takes_over, turns_meet,
            others_questions_do_not_exist, questions_are_bounded_and_listed, a_team_writes_articles;
        withheld: from_a_fork, on_a_protected_branch, beyond_the_cap;
        broken: an_archive_that_is_gone, a_forge_out_for_a_moment;
        refused: forgeries, malformed_requests, repetitions, one_id_with_two_bodies, what_is_accepted,
            a_flood_of_forgeries;
    ];
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(house) = Arc::into_inner(house) {
        house.close();
    }
    conclusion.exit_code()
}
