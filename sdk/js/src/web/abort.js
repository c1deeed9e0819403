// AbortController and AbortSignal: https://dom.spec.whatwg.org/#aborting-ongoing-activities.
import { Event, EventTarget, hasListeners } from './events.js';
import { thrownAt } from './failures.js';

const ABORTED = () => new DOMException('This operation was aborted', 'AbortError');
const TIMED_OUT = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');

/** Makes a signal, and aborts one. */
let make;
let abort;

/** Calls a function after so many milliseconds. */
let after = () => {
  throw new Error('AbortSignal.timeout: there is nothing to wait with');
};

/** Has time-outs wait like this: `after(milliseconds, work)`. */
export function timeoutsWith(work) {
  after = work;
}

export class AbortSignal extends EventTarget {
  static #making = false;
  #aborted = false;
  #reason = undefined;
  /** What is aborted with this one. Whoever has a signal for long makes many others of it,
   * so only those are held that somebody listens to. */
  #dependents = new Set();
  #listenedTo = new Set();
  /** What this one is made of, and where it is held: `AbortSignal.any`. */
  #sources = [];
  #held = null;
  onabort = null;

  static {
    make = () => {
      AbortSignal.#making = true;
      try {
        return new AbortSignal();
      } finally {
        AbortSignal.#making = false;
      }
    };
    abort = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason === undefined ? ABORTED() : reason;
      const dependents = [...signal.#dependents].map((held) => held.deref());
      signal.#dependents.clear();
      signal.#letGo();
      signal.dispatchEvent(new Event('abort'));
      for (const dependent of dependents) if (dependent !== undefined) abort(dependent, signal.#reason);
    };
  }

  constructor() {
    super();
    if (!AbortSignal.#making) throw new TypeError('AbortSignal: use new AbortController().signal, AbortSignal.timeout(milliseconds) or AbortSignal.abort()');
  }

  addEventListener(type, listener, options) {
    super.addEventListener(type, listener, options);
    if (!this.#aborted) for (const source of this.#sources) source.#listenedTo.add(this);
  }

  removeEventListener(type, listener) {
    super.removeEventListener(type, listener);
    if (!hasListeners(this)) for (const source of this.#sources) source.#listenedTo.delete(this);
  }

  #dependOn(sources) {
    this.#sources = sources;
    this.#held = new WeakRef(this);
    for (const source of sources) {
      for (const held of source.#dependents) if (held.deref() === undefined) source.#dependents.delete(held);
      source.#dependents.add(this.#held);
    }
  }

  #letGo() {
    for (const source of this.#sources) {
      source.#listenedTo.delete(this);
      source.#dependents.delete(this.#held);
    }
    this.#sources = [];
  }

  get aborted() {
    return this.#aborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason) {
    const signal = make();
    abort(signal, reason);
    return signal;
  }

  static timeout(milliseconds) {
    const time = Number(milliseconds);
    if (!Number.isFinite(time) || time < 0) throw new TypeError('AbortSignal.timeout: expected a number of milliseconds');
    const signal = make();
    const { stack } = new Error();
    after(time, () => abort(signal, thrownAt(stack, TIMED_OUT())));
    return signal;
  }

  static any(signals) {
    const signal = make();
    const all = [...signals];
    for (const one of all) {
      if (!(one instanceof AbortSignal)) throw new TypeError('AbortSignal.any: expected signals');
    }
    const aborted = all.find((one) => one.#aborted);
    if (aborted !== undefined) abort(signal, aborted.#reason);
    else signal.#dependOn(all);
    return signal;
  }
}

Object.defineProperty(AbortSignal.prototype, Symbol.toStringTag, { value: 'AbortSignal', configurable: true });

export class AbortController {
  #signal = make();

  get signal() {
    return this.#signal;
  }

  abort(reason) {
    abort(this.#signal, reason);
  }
}

Object.defineProperty(AbortController.prototype, Symbol.toStringTag, { value: 'AbortController', configurable: true });
