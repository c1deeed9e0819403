// A task that runs a spout: the exports of the WIT interface `spout-task`.
import { Spout, attach, checkSpout, checkTracking } from './spout.js';
import { Outbox } from './buffer.js';
import { show } from './check.js';
import { contextFromWit } from './context.js';
import { describeClass, descriptionToWit } from './definition.js';
import { Ids, checkId } from './ids.js';
import { decodeU64, encode64 } from './integers.js';
import { microtasks, runLeftMicrotasks } from './microtasks.js';
import { checkOptions, hasOnly } from './options.js';
import { refuseReturned } from './returned.js';
import { hostIsThere, writeLine } from './services.js';
import { refuseFields } from './settings.js';
import { finish, shielded } from './task.js';

/** How rows may be tracked, and the WIT case that says so. */
const TRACKING = {
  none: () => ({ tag: 'none' }),
  ids: (links, ids) => ({ tag: 'ids', val: encode64(links.map((id) => ids.number(id))) }),
  host: () => ({ tag: 'replayed-by-host' }),
};

const NO_OPTIONS = {};

export class SpoutTask {
  constructor(Class) {
    checkSpout(Class);
    this.description = describeClass(Class);
    if (this.description.inputs.length > 0) throw new TypeError('a spout has no inputs');
    this.Class = Class;
    this.outbox = new Outbox(this.description.outputs, 'spout');
    this.setTracking(Class.tracking);
    this.ids = new Ids();
    this.context = null;
    this.step = 0;
    this.limit = 0;
    /** Whether the source has ended, and rows wait that it has emitted. */
    this.endsLater = false;
  }

  describe() {
    return descriptionToWit(this.description);
  }

  prepare(context) {
    finish(this.make(context).prepare(this.context), 'prepare');
    this.checkFields();
  }

  /** Makes the spout. */
  make(context) {
    this.context = contextFromWit(context);
    this.spout = new this.Class();
    this.checkFields();
    attach(this.spout, this);
    return this.spout;
  }

  checkFields() {
    refuseFields(this.spout, this.Class, Spout, 'spout');
  }

  activate() {
    finish(this.spout.activate(), 'activate');
  }

  deactivate() {
    finish(this.spout.deactivate(), 'deactivate');
  }

  next(maxRows) {
    this.begin(maxRows);
    try {
      if (!this.hasMore()) this.finish(this.spout.next(maxRows), 'next');
      return this.outcome();
    } catch (error) {
      if (microtasks.busy) runLeftMicrotasks();
      this.outbox.clear();
      throw error;
    } finally {
      this.limit = 0;
    }
  }

  begin(maxRows) {
    this.limit = maxRows;
    this.ended = false;
    this.idleMs = 0;
    this.step++;
  }

  /** Whether rows wait that an earlier call has emitted over what it was asked for. They
   * leave first. */
  hasMore() {
    return this.outbox.rows > 0;
  }

  /** What a call of `next` came to: at most as many rows as the host asked for. */
  outcome() {
    const emissions = this.outbox.take(
      (buffer) => ({ tracking: TRACKING[buffer.kind](buffer.links, this.ids) }),
      this.limit,
    );
    const ended = this.ended || this.endsLater;
    this.endsLater = ended && this.hasMore();
    return { emissions, ended: ended && !this.endsLater, idleMs: this.idleMs };
  }

  acked(ids) {
    return this.each(ids, 'acked');
  }

  failed(ids) {
    return this.each(ids, 'failed');
  }

  close(reason) {
    this.finish(this.spout.close(reason), 'close');
  }

  /** Ends a method that has no rows to return. */
  finish(result, method) {
    refuseReturned(finish(result, method), this.spout, method);
  }

  /** Tells the spout of every id, also when it throws at one. */
  each(numbers, method) {
    const errors = [];
    let unknown = 0;
    for (const number of decodeU64(numbers)) {
      const id = this.ids.taken(number);
      if (id === undefined) {
        unknown++;
        continue;
      }
      try {
        finish(this.spout[method](id), method);
      } catch (error) {
        errors.push(error);
        if (microtasks.busy) runLeftMicrotasks();
      }
    }
    if (unknown > 0) {
      writeLine(
        'warn',
        `${unknown} rows of an instance that is gone: their ids were lost with it, so ${method} was not called for them`,
      );
    }
    if (errors.length > 0) throw errors[0];
  }

  emit(values, options = NO_OPTIONS) {
    if (this.limit === 0) throw new RangeError('emit: a spout emits in next only');
    const { stream, id, directTask } = options ?? NO_OPTIONS;
    const known = (stream !== undefined) + (id !== undefined) + (directTask !== undefined);
    if (options !== NO_OPTIONS && !hasOnly(options, known)) checkOptions(options, 'spout', 'emit', values);
    const { tracking } = this;
    if (tracking === 'ids') checkId(id);
    else if (id !== undefined) {
      throw new TypeError(`emit: an id is for rows tracked by ids; this spout's tracking is ${tracking}`);
    }
    const buffer = this.outbox.buffer(stream === undefined ? 'default' : stream, directTask, tracking);
    buffer.add(values, id ?? 0, this.step);
  }

  end() {
    this.ended = true;
  }

  idle(milliseconds) {
    if (!Number.isFinite(milliseconds) || milliseconds < 0) {
      throw new RangeError(`idle: expected milliseconds, got ${show(milliseconds)}`);
    }
    this.idleMs = Math.min(Math.ceil(milliseconds), 0xffffffff);
  }

  setTracking(tracking) {
    checkTracking(tracking);
    this.tracking = tracking;
  }
}

/** The exported interface. */
export function spoutExports(Class) {
  const task = new SpoutTask(Class);
  return shielded({
    describe: () => task.describe(),
    prepare: (context) => task.prepare(context),
    activate: () => task.activate(),
    deactivate: () => task.deactivate(),
    next: (maxRows) => task.next(maxRows),
    acked: (ids) => task.acked(ids),
    failed: (ids) => task.failed(ids),
    close: (reason) => task.close(reason),
  }, hostIsThere);
}
