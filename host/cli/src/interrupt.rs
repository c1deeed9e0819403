//! Ctrl-C: the first one stops things in an orderly way, the second one at once.

use stormcell_build::Cancel;
use tokio::sync::watch;

use crate::status::Status;

/// Whether somebody wants to stop. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    cancel: Cancel,
    requested: watch::Receiver<bool>,
    request: watch::Sender<bool>,
}

impl Interrupt {
    /// Listens for Ctrl-C, and for the signal to terminate, from now on.
    pub(crate) fn listen() -> Self {
        let (request, requested) = watch::channel(false);
        let interrupt = Self {
            cancel: Cancel::default(),
            requested,
            request,
        };
        tokio::spawn({
            let interrupt = interrupt.clone();
            async move {
                signal().await;
                interrupt.request();
                signal().await;
                std::process::exit(Status::Interrupted.code().into());
            }
        });
        interrupt
    }

    /// As if Ctrl-C had been pressed.
    pub(crate) fn request(&self) {
        self.cancel.cancel();
        // It has a receiver: its own.
        let _ = self.request.send(true);
    }

    /// What stops builds.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    /// Whether somebody wants to stop.
    pub(crate) fn is_requested(&self) -> bool {
        *self.requested.borrow()
    }

    /// Waits until somebody wants to stop.
    pub(crate) async fn requested(&self) {
        let mut requested = self.requested.clone();
        // The sender lives as long as `self`, so this cannot fail.
        let _ = requested.wait_for(|requested| *requested).await;
    }
}

/// Waits for Ctrl-C or the signal to terminate.
#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    // Without a handler, Ctrl-C ends the process by itself.
    let _ = tokio::signal::ctrl_c().await;
}
