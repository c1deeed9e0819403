// The class that authors extend to write a bolt. It keeps no state of its own:
// everything goes to the task that runs it.
import { namesCalled } from './authored.js';
import { show } from './check.js';
import { classFrom } from './definition.js';
import { placeOf } from './errors.js';
import { insteadOf, refuseForeign, refuseParameters } from './foreign.js';
import { refuseGenerators } from './methods.js';
import { refuseStatics } from './settings.js';

/** Gives a bolt its task; only the task calls it. */
export let attach;

export class Bolt {
  static summary = '';
  static outputs = [];
  static autoAck = true;

  #task = null;

  static {
    attach = (bolt, task) => {
      bolt.#task = task;
    };
  }

  prepare(_context) {}

  tick(_now) {}

  close(_reason) {}

  emit(values, options) {
    if (options === undefined) this.#task.emitDefault(values);
    else this.#task.emit(values, options);
  }

  emitColumns(columns, options) {
    this.#task.emitColumns(columns, options);
  }

  ack(tuple) {
    this.#task.ack(tuple);
  }

  fail(tuple, reason) {
    this.#task.fail(tuple, reason);
  }

  keep(tuple) {
    this.#task.keep(tuple);
  }

  extend(tuple) {
    this.#task.extend(tuple);
  }

  sourceOf(tuple) {
    return this.#task.sourceOf(tuple);
  }

  get context() {
    return this.#task.context;
  }
}

/** A bolt from an object of describing keys and methods. */
export function bolt(definition) {
  const Defined = classFrom(Bolt, definition, 'bolt', ['autoAck']);
  checkBolt(Defined);
  return Defined;
}

/** Throws an error unless the class can run. */
export function checkBolt(Class) {
  refuseForeign(Class, Bolt, 'bolt');
  refuseStatics(Class, Bolt, 'bolt');
  const { process, processBatch } = Class.prototype;
  if (typeof process === 'function' && typeof processBatch === 'function') {
    throw new TypeError(`${placeOf(Class)}a bolt has process(tuple) or processBatch(batch), not both`);
  }
  if (typeof process !== 'function' && typeof processBatch !== 'function') {
    const instead = insteadOf(Class, ['process', 'processBatch']);
    throw new TypeError(`${placeOf(Class)}a bolt needs a method process(tuple) or processBatch(batch)${instead}`);
  }
  refuseParameters(Class, Bolt, 'bolt');
  refuseGenerators(Class, namesCalled('bolt'));
  if (typeof Class.autoAck !== 'boolean' && Class.autoAck !== undefined) {
    throw new TypeError(`${placeOf(Class)}autoAck: expected true or false, got ${show(Class.autoAck)}`);
  }
}
