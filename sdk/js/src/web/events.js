// Events and their targets, as far as AbortSignal and its users need them:
// https://dom.spec.whatwg.org/#events.
import { queueMicrotask } from '../microtasks.js';

export class Event {
  #stopped = false;

  constructor(type, { bubbles = false, cancelable = false } = {}) {
    this.type = String(type);
    this.bubbles = Boolean(bubbles);
    this.cancelable = Boolean(cancelable);
    this.defaultPrevented = false;
    this.target = null;
    this.currentTarget = null;
  }

  preventDefault() {
    if (this.cancelable) this.defaultPrevented = true;
  }

  stopPropagation() {}

  stopImmediatePropagation() {
    this.#stopped = true;
  }

  static isStopped(event) {
    return #stopped in event && event.#stopped;
  }
}

const isStopped = Event.isStopped;
delete Event.isStopped;

export class EventTarget {
  /** `{ type, listener, once }`, in the order in which they were added. */
  #listeners = [];

  addEventListener(type, listener, options) {
    if (listener === null || listener === undefined) return;
    const { once = false, signal } = typeof options === 'object' && options !== null ? options : {};
    if (signal?.aborted) return;
    if (this.#listeners.some((one) => one.type === String(type) && one.listener === listener)) return;
    this.#listeners.push({ type: String(type), listener, once: Boolean(once) });
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true });
  }

  removeEventListener(type, listener) {
    this.#listeners = this.#listeners.filter((one) => one.type !== String(type) || one.listener !== listener);
  }

  /** Whether anybody listens by `addEventListener`; for the classes of this folder. */
  static hasListeners(target) {
    return target.#listeners.length > 0;
  }

  dispatchEvent(event) {
    event.target = this;
    event.currentTarget = this;
    const handler = this[`on${event.type}`];
    if (typeof handler === 'function') call(() => handler.call(this, event));
    for (const one of this.#listeners) {
      if (one.type !== event.type || isStopped(event)) continue;
      // One that ran before may have removed it.
      if (!this.#listeners.includes(one)) continue;
      if (one.once) this.removeEventListener(one.type, one.listener);
      const { listener } = one;
      call(() => (typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event)));
    }
    event.currentTarget = null;
    return !event.defaultPrevented;
  }
}

export const { hasListeners } = EventTarget;
delete EventTarget.hasListeners;

/** Runs a listener. What it throws is not for whoever dispatched the event, and is not lost:
 * it fails the unit of work as a rejection does that nobody handles. */
function call(work) {
  try {
    work();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
