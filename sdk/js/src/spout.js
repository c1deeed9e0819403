// The class that authors extend to write a spout.
import { namesCalled } from './authored.js';
import { show } from './check.js';
import { classFrom } from './definition.js';
import { placeOf } from './errors.js';
import { insteadOf, refuseForeign, refuseParameters } from './foreign.js';
import { refuseGenerators } from './methods.js';
import { refuseStatics } from './settings.js';

/** Gives a spout its task; only the task calls it. */
export let attach;

export class Spout {
  static summary = '';
  static outputs = [];
  static tracking = 'none';

  #task = null;

  static {
    attach = (spout, task) => {
      spout.#task = task;
    };
  }

  prepare(_context) {}

  activate() {}

  deactivate() {}

  acked(_id) {}

  failed(_id) {}

  close(_reason) {}

  emit(values, options) {
    this.#task.emit(values, options);
  }

  end() {
    this.#task.end();
  }

  idle(milliseconds) {
    this.#task.idle(milliseconds);
  }

  get tracking() {
    return this.#task.tracking;
  }

  set tracking(tracking) {
    this.#task.setTracking(tracking);
  }

  get context() {
    return this.#task.context;
  }
}

/** Throws unless rows may be tracked so. */
export function checkTracking(tracking, place = '') {
  if (TRACKING.includes(tracking)) return;
  throw new TypeError(`${place}tracking: expected none, ids or host, got ${show(tracking)}`);
}

const TRACKING = ['none', 'ids', 'host'];

/** A spout from an object of describing keys and methods. */
export function spout(definition) {
  const Defined = classFrom(Spout, definition, 'spout', ['tracking']);
  checkSpout(Defined);
  return Defined;
}

/** Throws an error unless the class can run. */
export function checkSpout(Class) {
  refuseForeign(Class, Spout, 'spout');
  refuseStatics(Class, Spout, 'spout');
  if (typeof Class.prototype.next !== 'function') {
    throw new TypeError(`${placeOf(Class)}a spout needs a method next(maxRows)${insteadOf(Class, ['next'])}`);
  }
  refuseParameters(Class, Spout, 'spout');
  refuseGenerators(Class, namesCalled('spout'));
  checkTracking(Class.tracking, placeOf(Class));
}
