//! Calls into an instance, timed.

use std::time::Instant;

use stormcell_sandbox::CallError;

use crate::metrics::ComponentMetrics;

/// Awaits a call and counts it.
pub(crate) async fn timed<T>(
    metrics: &ComponentMetrics,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, CallError> {
    let start = Instant::now();
    let result = call.await;
    metrics.called(start.elapsed());
    result
}
