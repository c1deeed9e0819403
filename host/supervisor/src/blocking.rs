//! Work that blocks: files, and the store.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::JoinError;

/// Runs work that blocks on a thread for such work, so that nothing else waits for it.
///
/// In a runtime of one thread it runs at once, on that thread. `serve` never has such a
/// runtime; simulations do, and in them what happens next must not depend on how fast
/// the machine is.
///
/// # Errors
/// If the work panics on another thread. On the same thread the panic goes on.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => Ok(work()),
        _ => tokio::task::spawn_blocking(work).await,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn in_a_runtime_of_one_thread_it_is_done_there() {
        let on = blocking(|| thread::current().id()).await.unwrap();
        assert_eq!(on, thread::current().id());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn else_it_is_done_elsewhere() {
        let here = tokio::spawn(async { thread::current().id() });
        let on = blocking(|| thread::current().id()).await.unwrap();
        assert_ne!(on, here.await.unwrap());
        assert!(blocking(|| panic!("as told")).await.is_err());
    }
}
