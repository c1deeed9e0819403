// What the tasks of bolts, spouts and groupings have in common.
import { describeError } from './errors.js';
import { isGenerator } from './methods.js';
import { microtasks, runLeftMicrotasks, runMicrotasks, runUntil, throwUnhandled } from './microtasks.js';
import { ComponentPromise } from './promise.js';

const never = () => false;

/**
 * What a method came to, once its microtasks have run: what it returned, or what the
 * promise has that it returned. Throws what was thrown in them, and if a promise is still
 * pending then: nothing would settle it. Something may wait for others if the unit of
 * work `mayWait`.
 */
export function finish(result, method, mayWait = never) {
  try {
    return outcome(result, method, mayWait);
  } catch (error) {
    if (microtasks.busy) runLeftMicrotasks();
    throw error;
  }
}

function outcome(result, method, mayWait) {
  let value = result;
  if (typeof result === 'object' && result !== null) {
    if (typeof result.then === 'function') value = settled(result, method);
    else if (isGenerator(result)) {
      throw new TypeError(
        `${method} returned a generator, which nobody runs: make it a plain method, and call this.emit(...) in place of yield`,
      );
    }
  }
  if (microtasks.busy) runMicrotasks(method, mayWait);
  return value;
}

/** What a promise is fulfilled with; throws what it is rejected with. */
function settled(promise, method) {
  let state = 'pending';
  let value;
  promise.then(
    (result) => {
      state = 'fulfilled';
      value = result;
    },
    (reason) => {
      state = 'rejected';
      value = reason;
    },
  );
  runUntil(() => state !== 'pending');
  if (state === 'fulfilled') return value;
  if (state === 'rejected') throw value;
  // An error that was thrown elsewhere is most often why nobody settles it.
  throwUnhandled();
  const why =
    promise instanceof ComponentPromise || globalThis.Promise === ComponentPromise
      ? 'that is still pending, and nothing settles it: no timer, request or other code is left that could'
      : 'and a task of testBolt or testSpout does not wait for those of Node: test it with await testBoltAsync(...) or await testSpoutAsync(...)';
  throw new TypeError(`${method} returned a promise ${why}`);
}

/** Exports whose errors reach the host as text; `before` runs before each. */
export function shielded(functions, before) {
  const wrap = (work) => (argument, second) => {
    before();
    try {
      return work(argument, second);
    } catch (error) {
      if (microtasks.busy) runLeftMicrotasks();
      // A string becomes the error of the WIT result as it is.
      throw describeError(error);
    }
  };
  return Object.fromEntries(Object.entries(functions).map(([name, work]) => [name, wrap(work)]));
}
