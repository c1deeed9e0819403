// A task that runs a bolt: the exports of the WIT interface `bolt-task`.
import { Bolt, attach, checkBolt } from './bolt.js';
import { Outbox } from './buffer.js';
import { show } from './check.js';
import { contextFromWit } from './context.js';
import { describeClass, descriptionToWit } from './definition.js';
import { describeError, reasonText } from './errors.js';
import { encodeU32 } from './integers.js';
import { microtasks, runLeftMicrotasks } from './microtasks.js';
import { checkOptions, hasOnly } from './options.js';
import { refuseReturned } from './returned.js';
import { hostIsThere } from './services.js';
import { refuseFields } from './settings.js';
import { Settlements } from './settlements.js';
import { finish, shielded } from './task.js';
import { Batch, HANDLE, Input, batchOf } from './tuple.js';

const NONE = { tag: 'none' };
const FAIL_REASON = 'failed by the bolt';

export class BoltTask {
  constructor(Class) {
    checkBolt(Class);
    this.description = describeClass(Class);
    this.Class = Class;
    this.outbox = new Outbox(this.description.outputs, 'bolt');
    /** The buffer of most emits, if there is such a stream. */
    this.defaultBuffer = this.outbox.isOrdinary('default') ? this.outbox.buffer('default') : null;
    this.settlements = new Settlements(Class.autoAck !== false);
    /** Whether something may still wait for a promise when a unit of work is over. */
    this.mayWait = () => this.settlements.keeps();
    this.context = null;
    /** The tuple of the current `process`: what is emitted is anchored to it. */
    this.current = null;
    /** The batch of the current `processBatch`: there is no current tuple then. */
    this.batch = null;
    this.step = 0;
    this.tuples = [];
  }

  describe() {
    return descriptionToWit(this.description);
  }

  prepare(context) {
    finish(this.make(context).prepare(this.context), 'prepare');
    this.checkFields();
  }

  /** Makes the bolt. */
  make(context) {
    this.context = contextFromWit(context);
    this.inputs = this.context.inputs.map((input) => new Input(input));
    this.bolt = new this.Class();
    this.checkFields();
    attach(this.bolt, this);
    return this.bolt;
  }

  checkFields() {
    refuseFields(this.bolt, this.Class, Bolt, 'bolt');
  }

  execute(batches) {
    return this.call(() => {
      for (const batch of batches) {
        const { source, whole, tuples } = this.read(batch);
        if (whole === null) this.runRows(tuples);
        else this.runBatch(whole, source);
      }
    });
  }

  /** A batch of the host, for `processBatch` (`whole`) or for `process` (`tuples`). */
  read(batch) {
    const input = this.inputs[batch.input];
    const { columns, rows } = batch;
    const source = this.sourceFor(input, batch);
    if (this.bolt.process === undefined) return { source, whole: new Batch(input, source, columns, rows) };
    return { source, whole: null, tuples: input.tuples(input.decode(columns, rows), rows, source) };
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
    const rows = tuples.length;
    // An indexed loop: QuickJS takes as long for an iterator's step as for a call.
    for (let row = 0; row < rows; row++) {
      const tuple = tuples[row];
      this.current = tuple;
      this.step++;
      try {
        const result = bolt.process(tuple);
        if ((result !== undefined && (typeof result === 'object' || typeof result === 'string')) || microtasks.busy) {
          refuseReturned(finish(result, 'process', this.mayWait), bolt, 'process');
        }
        if (settlements.touched) settlements.commit();
      } catch (error) {
        // First, because it may run code of the author: what that emits is undone as well.
        const reason = describeError(error);
        this.undo();
        settlements.failRow(tuple, reason);
      }
    }
    this.current = null;
  }

  runBatch(batch, source) {
    if (!this.settlements.autoAck) this.tuples.push(...batch.tuples);
    this.batch = { batch, source };
    try {
      this.unit(() => this.bolt.processBatch(batch), 'processBatch');
    } catch (error) {
      const reason = describeError(error);
      this.undo();
      for (const tuple of batch.tuples) this.settlements.failRow(tuple, reason);
    } finally {
      this.batch = null;
    }
  }

  /** Runs what succeeds or fails as a whole. */
  unit(work, name) {
    this.step++;
    try {
      refuseReturned(finish(work(), name, this.mayWait), this.bolt, name);
      this.settlements.commit();
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  undo() {
    if (microtasks.busy) runLeftMicrotasks();
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
      return this.outcome();
    } catch (error) {
      outbox.clear();
      throw error;
    } finally {
      this.current = null;
      this.tuples = [];
    }
  }

  /** What a call came to. */
  outcome() {
    const emissions = this.outbox.take((buffer) => ({ anchors: anchorsOf(buffer) }));
    return { emissions, ...this.settlements.finish(this.tuples) };
  }

  /** `emit` without options, which is most of them. */
  emitDefault(values) {
    const { current, defaultBuffer } = this;
    if (current === null || defaultBuffer === null || this.settlements.touched) {
      this.emit(values, NO_OPTIONS);
    } else {
      defaultBuffer.add(values, current[HANDLE], this.step);
    }
  }

  emit(values, options) {
    const { stream, anchors, directTask } = options ?? NO_OPTIONS;
    const known = (stream !== undefined) + (anchors !== undefined) + (directTask !== undefined);
    if (options !== NO_OPTIONS && !hasOnly(options, known)) checkOptions(options, 'bolt', 'emit', values);
    const buffer = this.outbox.buffer(stream === undefined ? 'default' : stream, directTask);
    const links = this.links(anchors);
    if (typeof links !== 'number') buffer.single = false;
    buffer.add(values, links, this.step);
  }

  emitColumns(columns, options = NO_OPTIONS) {
    checkOptions(options, 'bolt', 'emitColumns', columns);
    const { stream = 'default', anchors, counts, directTask } = options;
    const buffer = this.outbox.buffer(stream, directTask);
    const rows = buffer.rowsOf(columns);
    const links = this.linksOfColumns(rows, anchors, counts);
    const single = links instanceof Uint32Array || links.every((link) => typeof link === 'number');
    if (this.batch === null) buffer.addColumns(columns, links, single, this.step);
    else buffer.addWhole(columns, links, single, this.step);
  }

  /** What each of the rows of `emitColumns` is anchored to. */
  linksOfColumns(rows, anchors, counts) {
    if (counts !== undefined) {
      if (anchors !== undefined) throw new TypeError('emitColumns: anchors or counts, not both');
      if (this.batch === null) throw new TypeError('emitColumns: counts are for processBatch');
      return this.linksOfBatch(checkCounts(counts, this.batch.batch.length, rows), rows);
    }
    if (anchors === undefined && this.batch !== null) {
      const { length } = this.batch.batch;
      if (rows === length) return this.linksOfBatch(null, rows);
      throw new RangeError(
        `emitColumns: ${rows} rows for a batch of ${length}: say how many come from each row ({ counts }), what each is anchored to ({ anchors }), or that none is ({ anchors: [] })`,
      );
    }
    if (Array.isArray(anchors) && anchors.length > 0) {
      if (anchors.length !== rows) {
        throw new RangeError(
          `emitColumns: expected anchors for each of the ${rows} rows, got ${anchors.length}`,
        );
      }
      return this.linksOfRows(anchors);
    }
    return new Array(rows).fill(this.links(anchors));
  }

  /** Whether nothing of this call was settled yet, so all its rows are alive. */
  get untouched() {
    return !this.settlements.touched && this.settlements.settled.size === 0;
  }

  /** The rows of the batch, each once or as often as `counts` says. */
  linksOfBatch(counts, rows) {
    const { batch, source } = this.batch;
    if (!this.untouched) {
      batch.tuples.forEach((tuple, row) => {
        if (counts === null || counts[row] > 0) this.links(tuple);
      });
    }
    const links = new Uint32Array(rows);
    const first = source.firstRow;
    if (counts === null) {
      for (let row = 0; row < rows; row++) links[row] = first + row;
      return links;
    }
    let end = 0;
    for (let row = 0; row < counts.length; row++) {
      const start = end;
      end += counts[row];
      links.fill(first + row, start, end);
    }
    return links;
  }

  /** Anchors of many rows, most of them to one tuple of the current batch. */
  linksOfRows(anchors) {
    const source = this.batch !== null && this.untouched ? this.batch.source : null;
    const links = [];
    for (let row = 0; row < anchors.length; row++) {
      const tuple = anchors[row];
      const known = source !== null && batchOf(tuple) === source;
      links[row] = known ? tuple[HANDLE] : this.links(tuple);
    }
    return links;
  }

  /** Anchors as a handle or a list of handles. */
  links(anchors) {
    if (anchors === undefined) {
      if (this.batch !== null) {
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
    return tuple[HANDLE];
  }

  ack(tuple) {
    this.settlements.ack(tuple);
  }

  fail(tuple, reason = FAIL_REASON) {
    this.settlements.fail(tuple, reasonText(reason));
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

/** The counts, if there is one for each row of the batch and their sum is `rows`. */
function checkCounts(counts, length, rows) {
  if (!Array.isArray(counts) && !ArrayBuffer.isView(counts)) {
    throw new TypeError(`emitColumns: counts: expected an array of numbers, got ${show(counts)}`);
  }
  if (counts.length !== length) {
    throw new RangeError(
      `emitColumns: counts: expected one for each of the ${length} rows of the batch, got ${counts.length}`,
    );
  }
  let sum = 0;
  for (let row = 0; row < length; row++) {
    const count = counts[row];
    if (!Number.isInteger(count) || count < 0) {
      throw new TypeError(`emitColumns: counts: expected a number of rows, got ${show(count)}`);
    }
    sum += count;
  }
  if (sum === rows) return counts;
  throw new RangeError(`emitColumns: ${rows} rows, but ${sum} in counts`);
}

const NO_ANCHORS = [];
const NO_OPTIONS = {};

/** The WIT anchors of the rows of a buffer. */
function anchorsOf({ links, single }) {
  if (single) return { tag: 'each', val: encodeU32(links) };
  if (links.every((link) => link.length === 0)) return NONE;
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
