//! One picture of `top`, as it is printed where nothing can be drawn.

use crate::LONG;
use crate::journaled::{Journaled, NAME};
use crate::shape::shape;

#[test]
fn top_shows_topologies_and_the_components_of_one() {
    let journaled = Journaled::submit(2, "60s", "{ keep: 2 }");
    let cluster = &journaled.cluster;
    cluster.all_up(NAME);
    journaled.acks(200, LONG);
    cluster.until("rates can be told", LONG, || {
        let report = cluster.show(NAME).report?;
        let told = |component: &str| {
            let mut all = report.components.iter();
            all.any(|found| found.id == component && found.calls > 0)
        };
        (told("numbers") && told("stamp") && told("sink")).then_some(())
    });
    assert_eq!(
        shape(&cluster.say(&["top"]).well()),
        "\
topology status workers tasks emitted/s acked/s failed in flight
journaled active #/# # # # # #
"
    );
    let components = shape(&cluster.say(&["top", NAME]).well());
    let lines: Vec<&str> = components.lines().collect();
    assert_eq!(
        lines[0],
        "component kind tasks in/s out/s busy % queued call p# us call p# us failed waits"
    );
    // Why the spout waits, if it does, is said at the end of its line.
    assert!(
        lines[1].starts_with("numbers spout # - # # # # # #"),
        "{components}"
    );
    assert!(
        lines[2].starts_with("stamp bolt # # # # # # # #"),
        "{components}"
    );
    assert!(
        lines[3].starts_with("sink bolt # # # # # # # #"),
        "{components}"
    );
    assert_eq!(
        lines[4..],
        [
            "",
            "worker state for tasks restarts memory",
            "# up TIME # # # MiB",
            "# up TIME # # # MiB",
        ]
    );

    let all = cluster.ask(&["top"]);
    assert_eq!(all[0]["name"], NAME);
    assert!(all[0]["trees"]["acked"].as_u64() >= Some(1), "{all}");
    let one = cluster.ask(&["top", NAME]);
    let components = one["report"]["components"].as_array().unwrap();
    assert_eq!(components.len(), 3);
    journaled.end(&[]).assert_nothing_lost();
}
