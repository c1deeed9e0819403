#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use crate::prelude::*;
use crate::testing::TestGrouping;

/// Sends a row to the targets before the one its number says.
struct Below(crate::FieldIndex);

impl CustomGrouping for Below {
    fn describe() -> GroupingDescription {
        GroupingDescription::new("below").input([("n", Type::Int)])
    }

    fn prepare(context: &GroupingContext) -> Result<Self> {
        Ok(Self(context.field("n")?))
    }

    fn choose(&mut self, tuple: &Tuple<'_>, targets: &mut Targets) -> Result<()> {
        let n = tuple.int(&self.0)?;
        if n < 0 {
            targets.choose(0)?;
        }
        (0..usize::try_from(n.abs())?).try_for_each(|target| targets.choose(target))?;
        Ok(())
    }
}

fn choose(rows: &[(i64,)]) -> Result<Vec<Vec<u32>>> {
    TestGrouping::<Below>::new("{}", [("n", Type::Int)], 3)?.choose(rows)
}

#[test]
fn any_number_of_targets_is_chosen() {
    assert_eq!(choose(&[(1,), (1,)]).unwrap(), [[0], [0]]);
    assert_eq!(
        choose(&[(0,), (3,), (1,)]).unwrap(),
        [vec![], vec![0, 1, 2], vec![0]]
    );
    assert_eq!(choose(&[(0,), (0,)]).unwrap(), [[0; 0], []]);
}

#[test]
fn a_target_that_is_not_there_or_twice_is_an_error() {
    let error = choose(&[(4,)]).unwrap_err().to_string();
    assert_eq!(
        error,
        "target 3 does not exist: there are 3, counted from 0"
    );
    let error = choose(&[(-1,)]).unwrap_err().to_string();
    assert_eq!(error, "target 0 is chosen twice for one row");
}

#[test]
fn a_field_that_is_not_there_is_an_error() {
    let error = TestGrouping::<Below>::new("{}", [("m", Type::Int)], 3)
        .err()
        .unwrap();
    assert_eq!(error.to_string(), "source/default has no field n; it has m");
}
