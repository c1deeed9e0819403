use proptest::prelude::*;

use super::*;

fn roots(first: u64, rows: u32) -> Roots {
    Roots {
        first: RootId::from_bits(first),
        rows,
    }
}

/// The ids of roots that are taken.
fn taken(payloads: &mut Payloads, roots: Roots) -> Vec<u64> {
    let mut taken = Vec::new();
    payloads.take(roots, |payload, rows| match payload {
        Payload::Ids(ids) => taken.extend_from_slice(&ids[rows]),
        _ => panic!("only ids were put in"),
    });
    taken
}

#[test]
fn what_belongs_to_more_rows_than_there_are_roots_comes_back() {
    let mut payloads = Payloads::default();
    let rest = payloads.put(roots(5, 2), Payload::Ids(vec![1, 2, 3]));
    assert!(matches!(rest, Payload::Ids(ids) if ids == [3]));
    assert_eq!(taken(&mut payloads, roots(5, 2)), [1, 2]);
    assert!(payloads.held.is_empty());
}

#[test]
fn what_was_never_put_in_is_not_taken() {
    let mut payloads = Payloads::default();
    payloads.put(roots(5, 2), Payload::Ids(vec![1, 2]));
    assert!(taken(&mut payloads, roots(0, 3)).is_empty());
    assert!(taken(&mut payloads, roots(7, 3)).is_empty());
}

/// One row of each emission stays pending: memory must not be that of all rows.
#[test]
fn one_pending_row_does_not_hold_the_ids_of_those_that_were_emitted_with_it() {
    let mut payloads = Payloads::default();
    for emission in 0..100 {
        let first = emission * 512;
        payloads.put(
            roots(first, 512),
            Payload::Ids((first..first + 512).collect()),
        );
        taken(&mut payloads, roots(first, 511));
    }
    let ids: usize = payloads
        .held
        .values()
        .map(|held| match &held.payload {
            Payload::Ids(ids) => ids.capacity(),
            _ => 0,
        })
        .sum();
    assert_eq!(ids, 100);
    assert_eq!(taken(&mut payloads, roots(511, 1)), [511]);
    assert!(payloads.is_id(RootId::from_bits(1023)));
}

proptest! {
    /// Roots that were put in together may settle in any parts, and several emissions
    /// at once.
    #[test]
    fn each_row_is_taken_once_with_what_belongs_to_it(
        emissions in prop::collection::vec(1..60u32, 1..10),
        cuts in prop::collection::btree_set(1..300u64, 0..60),
        order in any::<prop::sample::Selector>(),
    ) {
        let mut payloads = Payloads::default();
        let total: u64 = emissions.iter().map(|rows| u64::from(*rows)).sum();
        let mut first = 0;
        for rows in emissions {
            let ids = (first..first + u64::from(rows)).map(|id| id * 10).collect();
            payloads.put(roots(first, rows), Payload::Ids(ids));
            first += u64::from(rows);
        }
        let ends: Vec<u64> = cuts.into_iter().filter(|cut| *cut < total).chain([total]).collect();
        let mut start = 0;
        let mut parts = Vec::new();
        for end in ends {
            parts.push(roots(start, (end - start) as u32));
            start = end;
        }
        while !parts.is_empty() {
            let at = order.select(0..parts.len());
            let part = parts.swap_remove(at);
            let expected: Vec<u64> = part.iter().map(|root| root.to_bits() * 10).collect();
            prop_assert_eq!(taken(&mut payloads, part), expected);
        }
        prop_assert!(payloads.held.is_empty());
    }
}

/// What is pending is charged, and nothing when all have settled, however they did.
#[test]
fn pending_rows_are_charged_until_they_settle() {
    let account = std::sync::Arc::new(Account::new(std::sync::Arc::new(
        stormcell_sandbox::Budget::new(1 << 30),
    )));
    let mut payloads = Payloads::charged_to(&account);
    payloads.put(roots(0, 512), Payload::Ids((0..512).collect()));
    payloads.settle();
    assert_eq!(account.used() as usize, Payloads::cost(512));
    for row in 0..512 {
        taken(&mut payloads, roots(row * 5 % 512, 1));
        payloads.settle();
        // Those that are left are held one by one some day.
        let left = 511 - row as usize;
        assert!(account.used() as usize <= Payloads::cost(512));
        assert!(account.used() as usize >= left * 160);
    }
    assert_eq!(account.used(), 0);
}
