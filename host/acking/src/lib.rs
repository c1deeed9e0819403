//! Pure: the ledger of tuple trees, Storm's XOR acking.
//!
//! Every row that a spout wants tracked is the *root* of a tree: the rows that
//! bolts emit anchored to it, and those anchored to them. Every row sent to a
//! task is an *edge* of the tree, with a random 64-bit id. The [`Ledger`] keeps,
//! for each root, the XOR of all edges sent and all edges acked: an edge comes in
//! twice, once from its sender and once from its receiver, so the XOR is zero when
//! all that was sent has been acked. The rule is that of Storm's
//! `org.apache.storm.daemon.Acker`.
//!
//! What differs from Storm, and why, is in the modules:
//! * [`root`]: root ids are dense, not random, so the ledger is a ring, and rows that
//!   are emitted together and stay together are one entry.
//! * [`ledger`]: the ledger of one spout task lives in that task's own process.
//! * [`edges`] and [`fold`]: what a task owes the ledger, folded per root.
//! * [`link`]: numbered messages, because a duplicated update can ack falsely.
//! * [`incarnation`]: which workers a tree has touched, so that exactly the trees
//!   that a dead worker touched fail, and at once.
//!
//! Nothing here reads a clock, draws random numbers or does input and output: time
//! is a call of [`Ledger::rotate`], randomness is an argument.
//!
//! # Invariants
//! The random histories in `tests/histories` hold the ledger to these, one function each:
//! a root is acked only when every row of its tree was processed; it settles
//! exactly once; no more than `max_pending` roots are open and none is left after
//! two timeouts; nothing from an old incarnation changes anything; a root fails
//! only for a reason.
//!
//! # Example: one tree, from the spout to the ack
//! ```
//! use stormcell_acking::{
//!     Branch, EdgeIds, Fold, Input, Ledger, LedgerConfig, Outcome, SpoutIndex,
//! };
//!
//! let mut ledger = Ledger::new(SpoutIndex::new(0)?, 1, LedgerConfig::default());
//! let mut ids = EdgeIds::new(42); // A real caller seeds it from the system.
//!
//! // The spout emits one row that goes to one task.
//! let root = ledger.reserve().ok_or("max pending is reached")?;
//! let sentence = [Branch { root, edge: ids.next_id() }];
//! ledger.init(root, sentence[0].edge);
//!
//! // A bolt splits it into two words, anchored to it, and acks it.
//! let mut fold = Fold::new();
//! let mut input = Input::new(&sentence);
//! let (mut first, mut second) = (Vec::new(), Vec::new());
//! input.anchor(&mut first, ids.next_id());
//! input.anchor(&mut second, ids.next_id());
//! input.ack(&mut fold);
//! ledger.update_all(fold.updates());
//! assert_eq!(ledger.pending(), 1, "two words are still on their way");
//!
//! // Another bolt acks both words in one call: one update leaves.
//! fold.clear();
//! Input::new(&first).ack(&mut fold);
//! Input::new(&second).ack(&mut fold);
//! assert_eq!(fold.updates().len(), 1);
//! ledger.update_all(fold.updates());
//!
//! let mut settled = Vec::new();
//! ledger.take_settled(&mut settled);
//! assert_eq!(settled[0].roots.first, root);
//! assert_eq!(settled[0].outcome, Outcome::Acked);
//! assert_eq!(ledger.pending(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod edges;
mod entry;
pub mod fold;
pub mod incarnation;
pub mod ledger;
pub mod link;
pub mod outcome;
mod ring;
pub mod root;
mod runs;
pub mod update;

pub use edges::{Branch, EdgeIds, Input};
pub use fold::Fold;
pub use incarnation::{Incarnations, Joined, Touched, WorkerIncarnation};
pub use ledger::{Ledger, LedgerConfig, Pending};
pub use link::{Inbound, Outbound, Stamp, Verdict};
pub use outcome::{FailReason, Outcome, Settled};
pub use root::{RootId, Roots, SpoutIndex, SpoutIndexTooLarge};
pub use update::Update;
