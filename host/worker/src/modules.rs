//! Which component file each task here runs, after some were swapped.

use std::collections::BTreeMap;

use stormcell_protocol::record::{Module, Trial};

/// What a component's tasks run once `swapped` of them run `digest`. `here`: those of
/// its tasks that are in this worker; what the others run does not matter to it.
///
/// # Errors
/// If the tasks here would run three files: a component has one, and one on trial.
pub(crate) fn swap(
    module: &Module,
    here: &[u32],
    digest: &str,
    swapped: &[u32],
) -> Result<Module, String> {
    let mut runs: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for &task in here {
        let file = match swapped.contains(&task) {
            true => digest,
            false => module.of(task),
        };
        runs.entry(file).or_default().push(task);
    }
    if runs.len() <= 1 {
        let file = runs.into_keys().next().unwrap_or(&module.digest);
        return Ok(Module {
            digest: file.to_owned(),
            trial: None,
        });
    }
    // One is on trial: not that which the component runs, if any task here still does.
    let main = match runs.contains_key(module.digest.as_str()) {
        true => module.digest.as_str(),
        false => digest,
    };
    runs.remove(main);
    let mut others = runs.into_iter();
    match (others.next(), others.next()) {
        (Some((trial, tasks)), None) => Ok(Module {
            digest: main.to_owned(),
            trial: Some(Trial {
                digest: trial.to_owned(),
                tasks,
            }),
        }),
        _ => Err(format!(
            "the tasks of a component can run two files at a time, and {digest} would be the third"
        )),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn module(digest: &str, trial: Option<(&str, &[u32])>) -> Module {
        Module {
            digest: digest.to_owned(),
            trial: trial.map(|(digest, tasks)| Trial {
                digest: digest.to_owned(),
                tasks: tasks.to_vec(),
            }),
        }
    }

    #[test]
    fn all_at_once() {
        let swapped = swap(&module("a", None), &[1, 2], "b", &[1, 2, 3]);
        assert_eq!(swapped.unwrap(), module("b", None));
    }

    #[test]
    fn a_trial_begins_grows_and_is_accepted_or_taken_back() {
        let begun = swap(&module("a", None), &[1, 2, 4], "b", &[1, 3]).unwrap();
        assert_eq!(begun, module("a", Some(("b", &[1]))));
        let grown = swap(&begun, &[1, 2, 4], "b", &[2]).unwrap();
        assert_eq!(grown, module("a", Some(("b", &[1, 2]))));
        let accepted = swap(&grown, &[1, 2, 4], "b", &[4]).unwrap();
        assert_eq!(accepted, module("b", None));
        let taken_back = swap(&begun, &[1, 2, 4], "a", &[1, 3]).unwrap();
        assert_eq!(taken_back, module("a", None));
    }

    #[test]
    fn a_trial_makes_place_for_another() {
        let one = module("a", Some(("b", &[1])));
        let another = swap(&one, &[1, 2], "c", &[1]).unwrap();
        assert_eq!(another, module("a", Some(("c", &[1]))));
        let beside = swap(&one, &[1, 2], "c", &[2]).unwrap();
        assert_eq!(beside, module("c", Some(("b", &[1]))));
        let error = swap(&one, &[1, 2, 3], "c", &[2]).unwrap_err();
        assert!(error.contains("c would be the third"), "{error}");
    }

    #[test]
    fn tasks_elsewhere_do_not_matter() {
        let one = module("a", Some(("b", &[7])));
        assert_eq!(swap(&one, &[1], "c", &[1]).unwrap(), module("c", None));
        assert_eq!(swap(&one, &[], "c", &[7]).unwrap(), module("a", None));
        assert_eq!(swap(&one, &[1], "c", &[9]).unwrap(), module("a", None));
    }
}
