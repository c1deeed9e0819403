// A task that runs a bolt: the exports of the WIT interface `bolt-task`.
import { attach, checkBolt } from './bolt.js';
import { Outbox } from './buffer.js';
import { contextFromWit } from './context.js';
import { describeClass, descriptionToWit } from './definition.js';
import { describeError } from './errors.js';
import { encodeU32 } from './integers.js';
import { hostIsThere } from './services.js';
import { Settlements } from './settlements.js';
import { refusePromise, shielded } from './task.js';
import { Batch, Input, batchOf, handleOf } from './tuple.js';

const NONE = { tag: 'none' };
const FAIL_REASON = 'failed by the bolt';

export class BoltTask {
  constructor(Class) {
    checkBolt(Class);
    this.description = describeClass(Class);
    this.Class = Class;
    this.outbox = new Outbox(this.description.outputs, 'bolt');
    this.settlements = new Settlements(Class.autoAck !== false);
    this.context = null;
    /** The tuple of the current `process`: what is emitted is anchored to it. */
    this.current = null;
    /** In `processBatch` there is no such tuple, so anchors must be said. */
    this.inBatch = false;
    this.step = 0;
    this.tuples = [];
  }

  describe() {
    return descriptionToWit(this.description);
  }

  prepare(context) {
    this.context = contextFromWit(context);
    this.inputs = this.context.inputs.map((input) => new Input(input));
    this.bolt = new this.Class();
    attach(this.bolt, this);
    refusePromise(this.bolt.prepare(this.context), 'prepare');
  }

  execute(batches) {
    return this.call(() => {
      for (const batch of batches) {
        const input = this.inputs[batch.input];
        const columns = input.decode(batch.columns, batch.rows);
        const source = this.sourceFor(input, batch);
        if (this.bolt.process === undefined) this.runBatch(input, source, columns, batch.rows);
        else this.runRows(input.tuples(columns, batch.rows, source));
      }
    });
  }

  tick(now) {
    return this.call(() => this.unit(() => this.bolt.tick(now), 'tick'));
  }

  close(reason) {
    return this.call(() => this.unit(() => this.bolt.close(reason), 'close'));
  }

  /** What all tuples of a batch share. */
  sourceFor({ component, stream }, { firstRow, sourceTask }) {
    const { settlements } = this;
    const origin = { component, stream, task: sourceTask };
    return { firstRow, origin, call: settlements.call, owner: settlements };
  }

  runRows(tuples) {
    const { bolt, settlements } = this;
    if (!settlements.autoAck) this.tuples.push(...tuples);
    for (const tuple of tuples) {
      this.current = tuple;
      this.step++;
      try {
        const result = bolt.process(tuple);
        if (result !== undefined) refusePromise(result, 'process');
        settlements.commit();
      } catch (error) {
        this.undo();
        settlements.failRow(tuple, describeError(error));
      }
    }
    this.current = null;
  }

  runBatch(input, source, columns, rows) {
    const batch = new Batch(input, source, columns, rows);
    if (!this.settlements.autoAck) this.tuples.push(...batch.tuples);
    this.inBatch = true;
    try {
      this.unit(() => this.bolt.processBatch(batch), 'processBatch');
    } catch (error) {
      const reason = describeError(error);
      for (const tuple of batch.tuples) this.settlements.failRow(tuple, reason);
    } finally {
      this.inBatch = false;
    }
  }

  /** Runs what succeeds or fails as a whole. */
  unit(work, name) {
    this.step++;
    try {
      refusePromise(work(), name);
      this.settlements.commit();
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  undo() {
    this.outbox.undo(this.step);
    this.settlements.discard();
  }

  /** A call from the host: all that is emitted and settled in it goes out at its
   * end, or nothing does. */
  call(work) {
    const { outbox, settlements } = this;
    this.tuples = [];
    settlements.begin();
    try {
      work();
      const emissions = outbox.take((buffer) => ({ anchors: anchorsOf(buffer.links) }));
      return { emissions, ...settlements.finish(this.tuples) };
    } catch (error) {
      outbox.clear();
      throw error;
    } finally {
      this.current = null;
      this.tuples = [];
    }
  }

  /** `emit` without options, which is most of them. */
  emitDefault(values) {
    const { current, settlements } = this;
    const plain = current !== null && settlements.pending.size === 0;
    const links = plain ? handleOf(current) : this.links(undefined);
    this.outbox.buffer('default').add(values, links, this.step);
  }

  emit(values, { stream = 'default', anchors, directTask }) {
    this.outbox.buffer(stream, directTask).add(values, this.links(anchors), this.step);
  }

  emitColumns(columns, { stream = 'default', anchors, directTask } = {}) {
    const buffer = this.outbox.buffer(stream, directTask);
    const rows = buffer.rowsOf(columns);
    let links;
    if (Array.isArray(anchors) && anchors.length > 0) {
      if (anchors.length !== rows) {
        throw new RangeError(
          `emitColumns: expected anchors for each of the ${rows} rows, got ${anchors.length}`,
        );
      }
      links = anchors.map((tuple) => this.links(tuple));
    } else {
      links = new Array(rows).fill(this.links(anchors));
    }
    buffer.addColumns(columns, links, this.step);
  }

  /** Anchors as a handle or a list of handles. */
  links(anchors) {
    if (anchors === undefined) {
      if (this.inBatch) {
        throw new TypeError(
          'emit: in processBatch, say what the row is anchored to: { anchors: tuple }, or { anchors: [] } for nothing',
        );
      }
      if (this.current === null) return NO_ANCHORS;
      return this.anchor(this.current);
    }
    if (!Array.isArray(anchors)) return this.anchor(anchors);
    if (anchors.length === 0) return NO_ANCHORS;
    return anchors.map((tuple) => this.anchor(tuple));
  }

  anchor(tuple) {
    this.settlements.expectLive(tuple, 'emit');
    return handleOf(tuple);
  }

  ack(tuple) {
    this.settlements.ack(tuple);
  }

  fail(tuple, reason = FAIL_REASON) {
    this.settlements.fail(tuple, reason instanceof Error ? describeError(reason) : String(reason));
  }

  keep(tuple) {
    this.settlements.keep(tuple);
  }

  extend(tuple) {
    this.settlements.extend(tuple);
  }

  sourceOf(tuple) {
    this.settlements.status(tuple);
    return batchOf(tuple).origin;
  }
}

const NO_ANCHORS = [];

/** The WIT anchors of rows that are anchored to one handle or a list of them. */
function anchorsOf(links) {
  let single = true;
  let any = false;
  for (const link of links) {
    if (typeof link === 'number') any = true;
    else {
      single = false;
      any ||= link.length > 0;
    }
  }
  if (!any) return NONE;
  if (single) return { tag: 'each', val: encodeU32(links) };
  const offsets = [0];
  const numbers = [];
  for (const link of links) {
    if (typeof link === 'number') numbers.push(link);
    else numbers.push(...link);
    offsets.push(numbers.length);
  }
  return { tag: 'lists', val: { offsets: encodeU32(offsets), numbers: encodeU32(numbers) } };
}

/** The exported interface. */
export function boltExports(Class) {
  const task = new BoltTask(Class);
  return shielded({
    describe: () => task.describe(),
    prepare: (context) => task.prepare(context),
    execute: (batches) => task.execute(batches),
    tick: (now) => task.tick(now),
    close: (reason) => task.close(reason),
  }, hostIsThere);
}
