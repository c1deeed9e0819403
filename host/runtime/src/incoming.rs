//! What links bring into this process: rows for its mailboxes, updates for its
//! ledgers, news of other workers.

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use stormcell_acking::{Touched, WorkerIncarnation};
use stormcell_batch::{Lineage, Schema};
use stormcell_links::{Credit, Inbox, Owed, Rows};
use tokio::sync::mpsc;

use crate::account::Held;
use crate::mailbox::{self, Delivery};
use crate::peers::Peers;
use crate::router::touches;
use crate::wiring::Wiring;

/// Hands what links bring to the wiring of the day.
pub(crate) struct Incoming {
    wiring: RwLock<Option<Arc<Wiring>>>,
    pub(crate) peers: Arc<Peers>,
    deaths: mpsc::UnboundedSender<WorkerIncarnation>,
    /// Who died before there were ledgers to tell.
    early: Mutex<Vec<WorkerIncarnation>>,
}

impl Incoming {
    pub(crate) fn new(
        me: WorkerIncarnation,
        deaths: mpsc::UnboundedSender<WorkerIncarnation>,
    ) -> Self {
        Self {
            wiring: RwLock::default(),
            peers: Arc::new(Peers::new(me)),
            deaths,
            early: Mutex::default(),
        }
    }

    /// From now on everything goes to this wiring.
    pub(crate) fn set(&self, wiring: &Arc<Wiring>) {
        *self.wiring.write() = Some(Arc::clone(wiring));
        for peer in self.early.lock().drain(..) {
            self.peers.died(peer, &wiring.trackers);
        }
    }

    /// From now on nothing goes anywhere.
    pub(crate) fn clear(&self) {
        *self.wiring.write() = None;
    }

    fn wiring(&self) -> Option<Arc<Wiring>> {
        self.wiring.read().clone()
    }
}

impl Inbox for Incoming {
    fn schema(&self, task: u32, input: u32) -> Option<Schema> {
        self.wiring()?.input_schema(task, input).cloned()
    }

    fn rows(&self, rows: Rows, credit: Credit) {
        let Some(wiring) = self.wiring() else { return };
        let Some(mailbox) = wiring.mailbox(rows.task) else {
            return;
        };
        let account = mailbox.load.queues().account();
        match account.take(mailbox::cost(&rows.batch.lineage) + rows.batch.columns.cost()) {
            Ok(own) => mailbox.push(Delivery {
                input: rows.input,
                source_task: rows.source_task,
                batch: rows.batch,
                credit: Some(credit),
                held: Some(Held::new(own, None)),
            }),
            // Those who sent them know of what they sent and not of what others did.
            Err(full) => wiring.refuse(rows.task, &rows.batch, &full),
        }
    }

    fn owed(&self, owed: Owed) {
        if let Some(wiring) = self.wiring() {
            self.peers.apply(owed, &wiring.trackers);
        }
    }

    fn taken(&self, task: u32, rows: usize, bytes: usize) {
        if let Some(wiring) = self.wiring() {
            wiring.taken(task, rows, bytes);
        }
    }

    fn up(&self, peer: WorkerIncarnation) -> Touched {
        match self.wiring() {
            Some(wiring) => self.peers.up(peer, &wiring.trackers),
            None => self.peers.up(peer, &crate::tracker::Trackers::default()),
        }
    }

    fn sent_late(&self, lineage: &Lineage, touched: Touched) {
        let Some(wiring) = self.wiring() else { return };
        let updates: Vec<_> = touches(lineage, touched).collect();
        wiring.trackers.update(&updates);
    }

    fn died(&self, peer: WorkerIncarnation) {
        match self.wiring() {
            Some(wiring) => self.peers.died(peer, &wiring.trackers),
            None => self.early.lock().push(peer),
        }
        // Nobody may be interested.
        let _ = self.deaths.send(peer);
    }
}
