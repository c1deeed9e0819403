//! Deployments in words.

use stormcell_protocol::capabilities::CapabilityChange;
use stormcell_protocol::record::DeploymentOutcome;

use crate::format;

/// How a deployment stands or ended.
pub(in crate::commands) fn outcome(outcome: &DeploymentOutcome) -> String {
    match outcome {
        DeploymentOutcome::Swapping => "swapping".to_owned(),
        DeploymentOutcome::Watching { canary: true } => "watching the canary".to_owned(),
        DeploymentOutcome::Watching { canary: false } => "watching all tasks".to_owned(),
        DeploymentOutcome::Done => "done".to_owned(),
        DeploymentOutcome::RolledBack {
            reason,
            automatic: true,
        } => format!("rolled back automatically: {reason}"),
        DeploymentOutcome::RolledBack {
            reason,
            automatic: false,
        } => format!("rolled back: {reason}"),
        DeploymentOutcome::Failed { reason } => format!("failed, nothing was changed: {reason}"),
    }
}

/// How what a module asks for differs from what the one before asked for.
pub(super) fn difference(component: &str, change: &CapabilityChange) -> String {
    if change.is_empty() {
        format!("{component} asks for what it asked for before")
    } else {
        format!("{component} asks for other things than before\n{change}")
    }
}

/// How long tasks stood still to be swapped.
pub(in crate::commands) fn pauses(micros: &[u64]) -> String {
    let mut sorted = micros.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len().saturating_sub(1) / 2;
    let (Some(median), Some(longest)) = (sorted.get(middle), sorted.last()) else {
        return "no task was swapped".to_owned();
    };
    format!(
        "{} swapped, pause {} median, {} longest",
        format::of(sorted.len() as u64, "task"),
        pause(*median),
        pause(*longest),
    )
}

/// A pause: `85 us`, `1.2 ms`.
pub(in crate::commands) fn pause(micros: u64) -> String {
    if micros < 1_000 {
        format!("{micros} us")
    } else {
        format!("{:.1} ms", micros as f64 / 1e3)
    }
}

/// `sha256:` and the first digits, enough to compare by eye.
pub(in crate::commands) fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_have_a_median_and_a_longest() {
        assert_eq!(
            pauses(&[900, 1_234, 310]),
            "3 tasks swapped, pause 900 us median, 1.2 ms longest"
        );
        assert_eq!(
            pauses(&[50]),
            "1 task swapped, pause 50 us median, 50 us longest"
        );
        assert_eq!(
            pauses(&[80, 20]),
            "2 tasks swapped, pause 20 us median, 80 us longest"
        );
        assert_eq!(pauses(&[]), "no task was swapped");
    }
}
