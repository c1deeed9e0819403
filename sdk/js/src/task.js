// What the tasks of bolts, spouts and groupings have in common.
import { describeError } from './errors.js';

/** Throws if a method returned a promise: nothing here would wait for it. */
export function refusePromise(result, method) {
  if (result !== undefined && result !== null && typeof result.then === 'function') {
    throw new TypeError(
      `${method} returned a promise, and a component has no event loop to wait for it: make it a plain method`,
    );
  }
}

/** Exports whose errors reach the host as text; `before` runs before each. */
export function shielded(functions, before) {
  const wrap = (work) => (argument, second) => {
    before();
    try {
      return work(argument, second);
    } catch (error) {
      // A string becomes the error of the WIT result as it is.
      throw describeError(error);
    }
  };
  return Object.fromEntries(Object.entries(functions).map(([name, work]) => [name, wrap(work)]));
}
