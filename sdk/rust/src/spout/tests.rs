#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::prelude::*;
use crate::testing::TestSpout;
use crate::{ColumnBuilder, Tracking};

/// Emits one number a call, tracked in another way each time; fails at every fourth.
struct Numbers {
    next: i64,
    heard: Vec<(u64, bool)>,
}

impl Spout for Numbers {
    fn describe() -> Description {
        Description::new("numbers")
            .output(Stream::default([("n", Type::Int)]))
            .output(Stream::new("chosen", [("n", Type::Int)]).direct())
    }

    fn prepare(_: &Context) -> Result<Self> {
        Ok(Self {
            next: 0,
            heard: Vec::new(),
        })
    }

    fn next(&mut self, _max_rows: u32, out: &mut SpoutEmitter) -> Result<Next> {
        let n = self.next;
        self.next += 1;
        match n % 5 {
            0 => out.emit((n,))?,
            1 => out.emit_with_id(1 << 60, (n,))?,
            2 => out.emit_replayed((n,))?,
            3 => {
                out.to("chosen").task(9).id(3).emit((n,))?;
                bail!("at {n}");
            }
            _ => {
                let mut column = ColumnBuilder::new(Type::Int);
                column.push(n)?;
                column.push(n)?;
                out.emit_columns("default", vec![column.finish()], Tracking::Ids(vec![8, 9]))?;
                return Ok(Next::Ended);
            }
        }
        Ok(Next::Idle(std::time::Duration::from_millis(5)))
    }

    fn acked(&mut self, id: u64) -> Result<()> {
        self.heard.push((id, true));
        ensure!(id != 13, "unlucky");
        Ok(())
    }

    fn failed(&mut self, id: u64) -> Result<()> {
        self.heard.push((id, false));
        Ok(())
    }
}

#[test]
fn rows_are_tracked_as_said() {
    let mut spout = TestSpout::<Numbers>::new("{}").unwrap();
    let asked = spout.next(1).unwrap();
    assert_eq!(asked.next, Next::Idle(std::time::Duration::from_millis(5)));
    assert_eq!(
        (asked.emitted[0].id, asked.emitted[0].replayed),
        (None, false)
    );
    assert_eq!(spout.next(1).unwrap().emitted[0].id, Some(1 << 60));
    assert!(spout.next(1).unwrap().emitted[0].replayed);
}

#[test]
fn an_error_does_not_lose_the_rows_before_it() {
    let mut spout = TestSpout::<Numbers>::new("{}").unwrap();
    (0..3).for_each(|_| drop(spout.next(1).unwrap()));
    let asked = spout.next(1).unwrap();
    assert_eq!(
        (asked.emitted[0].task, asked.emitted[0].id),
        (Some(9), Some(3))
    );
    assert_eq!(asked.next, Next::More);
    assert_eq!(spout.next(1).unwrap_err().to_string(), "at 3");
    let asked = spout.next(2).unwrap();
    assert_eq!(
        asked.emitted.iter().map(|row| row.id).collect::<Vec<_>>(),
        [Some(8), Some(9)]
    );
    assert_eq!(asked.next, Next::Ended);
}

#[test]
fn more_rows_than_asked_for_are_refused() {
    let mut spout = TestSpout::<Numbers>::new("{}").unwrap();
    let error = spout.next(0).unwrap_err();
    assert_eq!(error.to_string(), "the host asked for at most 0 rows");
}

#[test]
fn every_id_is_handed_over_also_after_an_error() {
    let mut spout = TestSpout::<Numbers>::new("{}").unwrap();
    assert_eq!(
        spout.acked(&[12, 13, 14]).unwrap_err().to_string(),
        "unlucky"
    );
    spout.failed(&[u64::MAX]).unwrap();
    let heard = [(12, true), (13, true), (14, true), (u64::MAX, false)];
    assert_eq!(spout.spout().heard, heard);
    assert_eq!(
        super::numbers(&[1, 2, 3]).err().unwrap(),
        "the host sent a part of an id"
    );
}
