//! Anchors, acks, and rows that are settled in a later call than their own.

use super::bolt::{Batch, Bolt, one_batch};
use super::echo::full;
use super::language::Language;
use super::outcome::{Fate::Acked, Fate::Failed, Fate::Kept, rows};
use super::row::{columns, row};

in_every_language![
    a_note_is_anchored_to_its_row,
    an_unanchored_note_is_anchored_to_nothing,
    an_anchor_may_be_named_twice,
    anchors_of_every_kind_in_one_call,
    an_ack_by_hand_is_an_ack,
    a_row_fails_for_the_reason_given,
    kept_rows_are_joined_in_a_later_call,
    rows_kept_and_joined_in_one_call_are_acked,
    kept_rows_are_dropped,
    rows_kept_and_dropped_in_one_call_fail,
    the_time_out_of_kept_rows_starts_again,
    handles_wrap_around,
    rows_of_all_sources_are_kept,
    tasks_keep_rows_of_their_own,
];

fn a_note_is_anchored_to_its_row(language: Language) {
    let call = Bolt::new(language).send(&[row("note").text("a 🦀"), row("note").text("")]);
    let expected = rows([Acked; 2])
        .note("a 🦀", &[call.row(0)])
        .note("", &[call.row(1)]);
    call.is(&expected);
}

fn an_unanchored_note_is_anchored_to_nothing(language: Language) {
    let call = Bolt::new(language).send(&[row("unanchored").text("free")]);
    call.is(&rows([Acked]).note("free", &[]));
}

fn an_anchor_may_be_named_twice(language: Language) {
    let call = Bolt::new(language).send(&[row("self-anchor")]);
    call.is(&rows([Acked]).note("self", &[call.row(0), call.row(0)]));
}

fn anchors_of_every_kind_in_one_call(language: Language) {
    let mut bolt = Bolt::new(language);
    let echo = full("echo", 7);
    let call = bolt.send(&[
        row("note").text("one"),
        row("unanchored").text("none"),
        row("keep"),
        echo.clone(),
        row("self-anchor"),
        row("keep"),
        row("join"),
        row("note").text("one again"),
    ]);
    let [one, _, first, echoed, twice, second, join, again] = call.handles()[..] else {
        panic!("{language}: expected 8 rows");
    };
    let expected = rows([Acked; 8])
        .values(&echo.values, &[echoed])
        .note("one", &[one])
        .note("none", &[])
        .note("self", &[twice, twice])
        .note("joined 2", &[first, second, join])
        .note("one again", &[again]);
    call.is(&expected);
}

fn an_ack_by_hand_is_an_ack(language: Language) {
    let mut bolt = Bolt::new(language);
    let call = bolt.send(&[row("ack")]);
    call.is(&rows([Acked]).note("acked", &[]));
    let call = bolt.send(&[row("ack"), row("note").text("a"), row("ack")]);
    let expected = rows([Acked; 3])
        .note("acked", &[])
        .note("a", &[call.row(1)])
        .note("acked", &[]);
    call.is(&expected);
}

fn a_row_fails_for_the_reason_given(language: Language) {
    let mut bolt = Bolt::new(language);
    let call = bolt.send(&[
        row("note").text("before"),
        row("fail").text("no good: 🦀\nsecond line"),
        row("fail").text(""),
        row("note").text("after"),
    ]);
    let expected = rows([Acked, Failed, Failed, Acked])
        .note("before", &[call.row(0)])
        .note("after", &[call.row(3)]);
    call.is(&expected);
    call.failed_because(call.row(1), "no good: 🦀\nsecond line");
    call.failed_because(call.row(2), "");
}

fn kept_rows_are_joined_in_a_later_call(language: Language) {
    let mut bolt = Bolt::new(language);
    let first = bolt.send(&[row("keep"), row("note").text("a"), row("keep")]);
    let expected = rows([Kept, Acked, Kept]).note("a", &[first.row(1)]);
    first.is(&expected);
    let second = bolt.send(&[row("keep")]);
    second.is(&rows([Kept]));
    let third = bolt.send(&[row("join"), row("join")]);
    let kept = [first.row(0), first.row(2), second.row(0)];
    let mut anchors = kept.to_vec();
    anchors.push(third.row(0));
    let expected = rows([Acked; 2])
        .note("joined 3", &anchors)
        .note("joined 0", &[third.row(1)])
        .earlier(&kept, Acked);
    third.is(&expected);
}

fn rows_kept_and_joined_in_one_call_are_acked(language: Language) {
    let mut bolt = Bolt::new(language);
    let earlier = bolt.send(&[row("keep")]);
    let call = bolt.send(&[row("keep"), row("join"), row("keep")]);
    let anchors = [earlier.row(0), call.row(0), call.row(1)];
    let expected = rows([Acked, Acked, Kept])
        .note("joined 2", &anchors)
        .earlier(&[earlier.row(0)], Acked);
    call.is(&expected);
    let last = bolt.send(&[row("join")]);
    let expected = rows([Acked])
        .note("joined 1", &[call.row(2), last.row(0)])
        .earlier(&[call.row(2)], Acked);
    last.is(&expected);
}

fn kept_rows_are_dropped(language: Language) {
    let mut bolt = Bolt::new(language);
    let kept = bolt.send(&[row("keep"), row("keep")]);
    let dropped = bolt.send(&[row("drop-kept"), row("join")]);
    let expected = rows([Acked; 2])
        .note("joined 0", &[dropped.row(1)])
        .earlier(&kept.handles(), Failed);
    dropped.is(&expected);
    for handle in kept.handles() {
        dropped.failed_because(handle, "dropped");
    }
}

fn rows_kept_and_dropped_in_one_call_fail(language: Language) {
    let mut bolt = Bolt::new(language);
    let call = bolt.send(&[row("keep"), row("drop-kept"), row("join")]);
    call.is(&rows([Failed, Acked, Acked]).note("joined 0", &[call.row(2)]));
    call.failed_because(call.row(0), "dropped");
}

fn the_time_out_of_kept_rows_starts_again(language: Language) {
    let mut bolt = Bolt::new(language);
    bolt.send(&[row("extend-kept")]).is(&rows([Acked]));
    let kept = bolt.send(&[row("keep"), row("keep"), row("extend-kept")]);
    kept.is(&rows([Kept, Kept, Acked]));
    let kept = [kept.row(0), kept.row(1)];
    for _ in 0..2 {
        let extended = bolt.send(&[row("extend-kept")]);
        extended.is(&rows([Acked]).extended(&kept));
    }
    let joined = bolt.send(&[row("join")]);
    let anchors = [kept[0], kept[1], joined.row(0)];
    let expected = rows([Acked])
        .note("joined 2", &anchors)
        .earlier(&kept, Acked);
    joined.is(&expected);
    bolt.send(&[row("extend-kept")]).is(&rows([Acked]));
}

fn handles_wrap_around(language: Language) {
    let mut bolt = Bolt::new(language);
    bolt.count_from(u32::MAX - 1);
    let kept = bolt.send(&[row("keep"), row("keep"), row("keep"), row("note").text("a")]);
    assert_eq!(kept.handles(), [u32::MAX - 1, u32::MAX, 0, 1]);
    kept.is(&rows([Kept, Kept, Kept, Acked]).note("a", &[1]));
    let joined = bolt.send(&[row("join")]);
    let handles = [u32::MAX - 1, u32::MAX, 0];
    let expected = rows([Acked])
        .note("joined 3", &[u32::MAX - 1, u32::MAX, 0, 2])
        .earlier(&handles, Acked);
    joined.is(&expected);
}

fn rows_of_all_sources_are_kept(language: Language) {
    let mut bolt = Bolt::new(language);
    let other = Batch {
        input: 1,
        source_task: 2,
        columns: columns(&[row("keep"), row("note").text("a")]),
    };
    let kept = bolt.send_batches(
        "two batches with `keep`",
        [one_batch(&[row("keep")]), other],
    );
    kept.is(&rows([Kept, Kept, Acked]).note("a", &[kept.row(2)]));
    let joined = bolt.send(&[row("join")]);
    let kept = [kept.row(0), kept.row(1)];
    let anchors = [kept[0], kept[1], joined.row(0)];
    let expected = rows([Acked])
        .note("joined 2", &anchors)
        .earlier(&kept, Acked);
    joined.is(&expected);
}

fn tasks_keep_rows_of_their_own(language: Language) {
    let mut one = Bolt::new(language);
    let mut other = Bolt::new(language);
    let kept = one.send(&[row("keep")]);
    let call = other.send(&[row("join")]);
    call.is(&rows([Acked]).note("joined 0", &[call.row(0)]));
    let joined = one.send(&[row("join")]);
    let expected = rows([Acked])
        .note("joined 1", &[kept.row(0), joined.row(0)])
        .earlier(&[kept.row(0)], Acked);
    joined.is(&expected);
}
