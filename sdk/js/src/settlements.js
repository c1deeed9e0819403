// What becomes of the rows of a bolt: acked, failed, kept for later.
//
// A unit of work (`process` for one tuple, `processBatch` for one batch, `tick`,
// `close`) either succeeds and all it said counts, or throws and none of it does.
import { HANDLE, batchOf, isTuple } from './tuple.js';
import { encodeU32 } from './integers.js';

export class Settlements {
  constructor(autoAck) {
    this.autoAck = autoAck;
    /** Rows kept in earlier calls: handle to tuple. */
    this.held = new Map();
    /** What this call's finished units said: tuple to status. */
    this.settled = new Map();
    /** What the current unit says. */
    this.pending = new Map();
    this.extended = [];
    this.extendedPending = [];
    this.reasons = new Map();
    this.call = 0;
    /** Whether the current unit said anything: most do not. */
    this.touched = false;
  }

  begin() {
    this.call++;
    this.settled.clear();
    this.reasons.clear();
    this.extended = [];
    this.discard();
  }

  /** `open` (of this call, nothing said), `held`, `keep`, `ack` or `fail`. */
  status(tuple) {
    if (!isTuple(tuple)) throw new TypeError(`expected a tuple that process was given, got ${typeof tuple}`);
    const said = this.pending.get(tuple) ?? this.settled.get(tuple);
    if (said !== undefined) return said;
    if (this.isOfThisCall(tuple)) return 'open';
    return this.held.get(tuple[HANDLE]) === tuple ? 'held' : 'gone';
  }

  isOfThisCall(tuple) {
    const batch = batchOf(tuple);
    return batch !== undefined && batch.call === this.call && batch.owner === this;
  }

  /** Throws unless the tuple may still be acked, failed, kept or anchored to. */
  expectLive(tuple, doing) {
    // By far the most: a tuple of this call, in which nothing was settled yet.
    if (!this.touched && this.settled.size === 0 && this.isOfThisCall(tuple)) return 'open';
    const status = this.status(tuple);
    if (status === 'ack' || status === 'fail') {
      throw new Error(`${doing}: the tuple was ${status}ed before`);
    }
    if (status === 'gone') {
      throw new Error(`${doing}: the tuple is no longer this task's: acked, failed or not kept`);
    }
    return status;
  }

  ack(tuple) {
    this.expectLive(tuple, 'ack');
    this.touched = true;
    this.pending.set(tuple, 'ack');
  }

  fail(tuple, reason) {
    this.expectLive(tuple, 'fail');
    this.touched = true;
    this.pending.set(tuple, 'fail');
    this.reasons.set(tuple, reason);
  }

  keep(tuple) {
    this.expectLive(tuple, 'keep');
    this.touched = true;
    this.pending.set(tuple, 'keep');
  }

  extend(tuple) {
    // A row that came with this call has its whole time-out before it.
    if (this.expectLive(tuple, 'extend') !== 'held') return;
    this.touched = true;
    this.extendedPending.push(tuple[HANDLE]);
  }

  /** Whether the current unit keeps a row, which waits for a later one. */
  keeps() {
    return !this.autoAck || [...this.pending.values()].includes('keep');
  }

  /** The unit succeeded. */
  commit() {
    for (const [tuple, status] of this.pending) this.settled.set(tuple, status);
    this.extended.push(...this.extendedPending);
    this.discard();
  }

  /** The unit failed: nothing that it said counts. */
  discard() {
    this.pending.clear();
    this.extendedPending = [];
    this.touched = false;
  }

  /** The unit failed, and this row of its batch with it. */
  failRow(tuple, reason) {
    this.settled.set(tuple, 'fail');
    this.reasons.set(tuple, reason);
  }

  /** What the call leaves behind, as the parts of the WIT outcome; `tuples` are
   * those of the call and are looked at only if rows are kept by default. */
  finish(tuples) {
    const keep = [];
    const acked = [];
    const failed = [];
    for (const [tuple, status] of this.settled) {
      const handle = tuple[HANDLE];
      const held = this.held.get(handle) === tuple;
      if (status === 'keep') {
        if (!held) keep.push(tuple);
        continue;
      }
      if (held) this.held.delete(handle);
      if (status === 'fail') failed.push({ row: handle, reason: this.reasons.get(tuple) });
      else if (held || !this.autoAck) acked.push(handle);
    }
    let kept = { tag: 'none' };
    if (!this.autoAck && tuples.length > 0) {
      kept = { tag: 'all' };
      for (const tuple of tuples) {
        const status = this.settled.get(tuple);
        if (status !== 'ack' && status !== 'fail') this.held.set(tuple[HANDLE], tuple);
      }
    } else if (keep.length > 0) {
      kept = { tag: 'these', val: encodeU32(keep.map((tuple) => tuple[HANDLE])) };
      for (const tuple of keep) this.held.set(tuple[HANDLE], tuple);
    }
    return { kept, acked: encodeU32(acked), failed, extended: encodeU32(this.extended) };
  }
}
