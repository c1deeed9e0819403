// The microtasks of a component: what promises do once they are settled. The engine has a
// queue of its own, which nobody runs while the host calls. So promises in a component are
// those of promise.js, and their microtasks are run here, before a call returns.
import { hasHostCalled } from './services.js';

/** A queue that keeps itself going is cut when so much of it has run. */
const CUT_AT = 1024;

let queue = [];
let next = 0;

/** What is waited for at the end of a unit of work (waiting.js); null if the component has
 * no timers and calls no servers. */
let events = null;

/** Has units of work wait for timers and servers. */
export function waitForEvents(waiting) {
  events = waiting;
}

/** Rejections that nobody has handled: what was rejected, and the reason. */
const unhandled = new Map();

/** `busy`: whether there may be anything to do at the end of a unit of work; most have
 * nothing to do with promises. `waiting`: how many pending promises something waits for. */
export const microtasks = { busy: false, waiting: 0 };

/** How many there were at the end of the last unit. */
let waitingBefore = 0;

/** Promises of the engine, whose microtasks run while the component is built. */
const ofTheEngine = Promise.resolve();
const thenOfTheEngine = Promise.prototype.then;

/** Has `work` run before the call returns. */
export function queueMicrotask(work) {
  if (typeof work !== 'function') throw new TypeError('queueMicrotask: expected a function');
  queue.push(work);
  microtasks.busy = true;
  if (queue.length === 1 && !hasHostCalled()) thenOfTheEngine.call(ofTheEngine, run);
}

/** Something waits for one pending promise more, or for one less. */
export function waitsFor(difference) {
  microtasks.waiting += difference;
  microtasks.busy = true;
}

/** A promise was rejected, and nobody has asked what becomes of it. */
export function rejectedUnhandled(promise, reason) {
  unhandled.set(promise, reason);
  microtasks.busy = true;
}

/** Somebody has asked, after all. */
export function handled(promise) {
  unhandled.delete(promise);
}

/** Runs all there are, and those that they queue. */
export function run() {
  while (next < queue.length) {
    const work = queue[next++];
    if (next === CUT_AT) {
      queue = queue.slice(next);
      next = 0;
    }
    try {
      work();
    } catch (reason) {
      unhandled.set(work, reason);
    }
  }
  queue = [];
  next = 0;
}

/** Runs microtasks, timers and what waits for servers, until `isOver` or nothing is left
 * that could happen. */
export function runUntil(isOver) {
  run();
  while (!isOver() && events !== null && events.next()) run();
}

/** Runs the microtasks of a unit of work, and all that it must wait for. Throws the first
 * rejection that nobody has handled. Throws as well if something waits for a promise that is
 * still pending, unless the unit `mayWait`. */
export function runMicrotasks(method, mayWait) {
  const somethingWaits = () => microtasks.waiting > waitingBefore;
  runUntil(() => unhandled.size > 0 || events === null || !events.isNeeded(somethingWaits()));
  events?.end();
  microtasks.busy = false;
  const left = microtasks.waiting - waitingBefore;
  waitingBefore = microtasks.waiting;
  throwUnhandled();
  if (left > 0 && !mayWait()) {
    throw new TypeError(
      `${method} has left something that waits for a promise, and nothing settles it: no timer, request or other code is left that could. Settle the promise before ${method} returns, or keep the tuple`,
    );
  }
}

/** Throws the first rejection that nobody has handled, if there is one. */
export function throwUnhandled() {
  if (unhandled.size === 0) return;
  const [reason] = unhandled.values();
  unhandled.clear();
  throw reason;
}

/** Runs what a unit that has failed leaves behind. Whatever comes of it does not count. */
export function runLeftMicrotasks() {
  run();
  events?.end();
  unhandled.clear();
  waitingBefore = microtasks.waiting;
  microtasks.busy = false;
}
