#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use stormcell_protocol::api::{
    Status as Of, TaskDetail, TopologyDetail, TopologySummary, WorkerCount, WorkerDetail,
    WorkerState,
};
use stormcell_protocol::{ComponentReport, Ending, ReplayedLetters, Report, TreeReport};
use stormcell_topology::ComponentKind;

use super::app::{App, Step};
use super::fetch::{Snapshot, Taken};
use super::*;
use crate::client::ClientError;

fn summary(name: &str, emitted: u64) -> TopologySummary {
    TopologySummary {
        name: name.to_owned(),
        status: Of::Active,
        operation: None,
        workers: WorkerCount { planned: 2, up: 2 },
        tasks: 3,
        generation: 1,
        submitted_at: 0,
        submission: 1,
        replayed_letters: None,
        trees: Some(TreeReport {
            emitted,
            acked: emitted,
            pending: 7,
            ..TreeReport::default()
        }),
        problem: None,
    }
}

fn component(id: &str, kind: ComponentKind, rows: u64) -> ComponentReport {
    ComponentReport {
        id: id.to_owned(),
        kind,
        tasks: 1,
        rows_in: rows,
        out: rows,
        acked: rows,
        failed: 2,
        replayed: 0,
        waiting: (kind == ComponentKind::Spout).then(|| "max pending".to_owned()),
        queued: 12,
        busy_percent: 47.26,
        calls: 1,
        call_p50_us: 110.0,
        call_p99_us: 1_900.0,
        restarts: 0,
        quarantined: Vec::new(),
        dead_letters: 0,
        failed_calls: 0,
        refused: 0,
        metrics: BTreeMap::new(),
        errors: Vec::new(),
    }
}

fn detail(name: &str, rows: u64) -> TopologyDetail {
    TopologyDetail {
        summary: summary(name, rows),
        workers: vec![WorkerDetail {
            worker: 0,
            incarnation: 1,
            state: WorkerState::Up,
            pid: Some(1),
            restarts: 0,
            seconds: 5,
            memory: Some(1 << 20),
            last_exit: None,
        }],
        tasks: vec![TaskDetail {
            task: 1,
            component: "split".to_owned(),
            index: 0,
            worker: 0,
            digest: String::new(),
            trial: false,
            last_error: None,
        }],
        report: Some(Report {
            topology: name.to_owned(),
            ending: Ending::Running,
            elapsed_seconds: 1.0,
            rows_per_second: 0.0,
            spout_rows_per_second: 0.0,
            replayed_letters: ReplayedLetters::default(),
            trees: TreeReport::default(),
            components: vec![
                component("verses", ComponentKind::Spout, rows),
                component("split", ComponentKind::Bolt, rows),
            ],
        }),
        deployments: Vec::new(),
        graph: String::new(),
        signers: BTreeMap::new(),
    }
}

/// Snapshots of two topologies, `seconds` after the start, of which one is looked at.
fn snapshot(start: Instant, seconds: u64, rows: u64, name: Option<&str>) -> Snapshot {
    Snapshot {
        at: start + Duration::from_secs(seconds),
        topologies: vec![summary("a", rows), summary("b", 0)],
        detail: name.map(|name| detail(name, rows)),
    }
}

fn drawn(app: &mut App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| screen::draw(app, frame)).unwrap();
    let text = terminal.backend().to_string();
    let lines = text.lines().map(|line| line.trim_matches('"').trim_end());
    lines.collect::<Vec<_>>().join("\n")
}

fn press(app: &mut App, code: KeyCode) -> Step {
    app.key(KeyEvent::from(code))
}

#[test]
fn one_table_has_the_rates_between_two_moments() {
    let start = Instant::now();
    let (before, now) = (
        snapshot(start, 0, 1_000, None),
        snapshot(start, 2, 5_000, None),
    );
    assert_eq!(
        once(&before, &now),
        "\
topology  status  workers  tasks  emitted/s  acked/s  failed  in flight
a         active      2/2      3      2,000    2,000       0          7
b         active      2/2      3          0        0       0          7
"
    );
    let before = snapshot(start, 0, 1_000, Some("a"));
    let now = snapshot(start, 2, 5_000, Some("a"));
    assert_eq!(
        once(&before, &now),
        "\
component  kind   tasks   in/s  out/s  busy %  queued  call p50 us  call p99 us  failed  waits
verses     spout      1      -  2,000    47.3      12          110        1,900       2  max pending
split      bolt       1  2,000  2,000    47.3      12          110        1,900       2

worker  state  for  tasks  restarts   memory
     0  up     5 s      1         0    1 MiB
"
        .replace("   memory", "  memory")
        .replace("    1 MiB", "   1 MiB")
    );
}

#[test]
fn counts_that_shrink_have_no_rate() {
    let start = Instant::now();
    let (before, now) = (
        snapshot(start, 0, 9_000, None),
        snapshot(start, 1, 10, None),
    );
    let shown = rows::topologies(Some(&before), &now);
    assert_eq!(shown.rows[0][4], "-");
}

#[test]
fn keys_lead_from_the_topologies_to_the_components_and_back() {
    let start = Instant::now();
    let mut app = App::new(None, snapshot(start, 0, 100, None));
    let picture = drawn(&mut app, 90, 10);
    assert!(picture.starts_with("2 topologies\n"), "{picture}");
    assert!(picture.contains("enter components"), "{picture}");

    assert_eq!(press(&mut app, KeyCode::Up), Step::Stay);
    assert_eq!(press(&mut app, KeyCode::Down), Step::Stay);
    assert_eq!(press(&mut app, KeyCode::Down), Step::Stay);
    assert_eq!(app.chosen.selected(), Some(1));
    assert_eq!(press(&mut app, KeyCode::Enter), Step::Look);
    assert_eq!(app.wanted().as_deref(), Some("b"));

    // What was asked for before does not count any more.
    app.take(Taken {
        name: None,
        result: Ok(snapshot(start, 1, 100, None)),
    });
    app.take(Taken {
        name: Some("b".to_owned()),
        result: Ok(snapshot(start, 1, 100, Some("b"))),
    });
    app.take(Taken {
        name: Some("b".to_owned()),
        result: Ok(snapshot(start, 2, 400, Some("b"))),
    });
    let picture = drawn(&mut app, 110, 14);
    assert!(picture.starts_with("b, active\n"), "{picture}");
    let split = picture
        .lines()
        .find(|line| line.starts_with("split"))
        .unwrap();
    let cells: Vec<&str> = split.split_whitespace().collect();
    assert_eq!(cells[..5], ["split", "bolt", "1", "300", "300"]);
    assert!(picture.contains("1 MiB"), "the workers: {picture}");

    assert_eq!(press(&mut app, KeyCode::Enter), Step::Stay);
    assert_eq!(press(&mut app, KeyCode::Esc), Step::Look);
    assert_eq!(app.wanted(), None);
    assert_eq!(app.chosen.selected(), Some(1), "where it came from");
    assert_eq!(press(&mut app, KeyCode::Esc), Step::Stay);
    assert_eq!(press(&mut app, KeyCode::Char('q')), Step::Leave);
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(app.key(control_c), Step::Leave);
}

#[test]
fn a_supervisor_that_is_away_leaves_what_was_known() {
    let start = Instant::now();
    let mut app = App::new(None, snapshot(start, 0, 100, None));
    app.take(Taken {
        name: None,
        result: Err(ClientError::Absent("nobody is there".to_owned())),
    });
    let picture = drawn(&mut app, 90, 10);
    assert!(picture.contains("\na   "), "{picture}");
    assert!(picture.contains("nobody is there"), "{picture}");
    app.take(Taken {
        name: None,
        result: Ok(snapshot(start, 5, 600, None)),
    });
    let picture = drawn(&mut app, 90, 10);
    assert!(!picture.contains("nobody"), "{picture}");
    assert!(picture.contains(" 100 "), "a rate over the gap: {picture}");
}

#[test]
fn a_small_window_or_a_topology_that_is_gone_is_no_problem() {
    let start = Instant::now();
    let mut app = App::new(Some("a".to_owned()), snapshot(start, 0, 1, Some("a")));
    for (width, height) in [(1, 1), (5, 2), (20, 3), (300, 100)] {
        drawn(&mut app, width, height);
    }
    let gone = stormcell_protocol::api::Problem {
        code: stormcell_protocol::api::ProblemCode::NotFound,
        message: String::new(),
        diagnostics: Vec::new(),
    };
    app.take(Taken {
        name: Some("a".to_owned()),
        result: Err(ClientError::Refused(
            gone,
            ureq::http::StatusCode::NOT_FOUND,
        )),
    });
    assert!(drawn(&mut app, 40, 8).contains("a is gone"));
    assert_eq!(press(&mut app, KeyCode::Down), Step::Stay);
    assert_eq!(press(&mut app, KeyCode::Esc), Step::Look);
}
