// Promises for components, as ECMA-262 says them, on the queue of microtasks.js. The build
// rewrites async functions, so that they use these too.
import { handled, queueMicrotask, rejectedUnhandled, waitsFor } from './microtasks.js';

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Has a function called when a promise is settled, and makes no promise of that. Whoever
 * waits so has one of his own, for which others wait. Says whether it could. */
let watch;

/** Whether nobody has asked what becomes of a promise of these. */
export let isUnasked;

export class ComponentPromise {
  static get [Symbol.species]() {
    return this;
  }

  static {
    watch = (promise, fulfilled, rejected) => {
      if (!(#state in promise) || promise.then !== ComponentPromise.prototype.then) return false;
      promise.#add({ fulfilled, rejected }, false);
      return true;
    };
    isUnasked = (promise) => #state in promise && !promise.#handled;
  }

  /** `pending`, `fulfilled` or `rejected`. */
  #state = 'pending';
  #value = undefined;
  /** What to do once it is settled: pairs of functions. */
  #reactions = [];
  /** Whether then() was called while it was pending. */
  #awaited = false;
  #handled = false;

  constructor(executor) {
    if (typeof executor !== 'function') throw new TypeError('Promise: expected a function');
    const { resolve, reject } = this.#resolvers();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  #resolvers() {
    let called = false;
    const once = (settle) => (value) => {
      if (called) return;
      called = true;
      settle(value);
    };
    return {
      resolve: once((value) => this.#resolve(value)),
      reject: once((reason) => this.#settle('rejected', reason)),
    };
  }

  #resolve(value) {
    let then;
    try {
      if (value === this) throw new TypeError('a promise cannot wait for itself');
      then = isObject(value) ? value.then : undefined;
    } catch (error) {
      this.#settle('rejected', error);
      return;
    }
    if (typeof then !== 'function') {
      this.#settle('fulfilled', value);
      return;
    }
    queueMicrotask(() => {
      const { resolve, reject } = this.#resolvers();
      try {
        then.call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  #settle(state, value) {
    this.#state = state;
    this.#value = value;
    if (state === 'rejected' && !this.#handled) rejectedUnhandled(this, value);
    if (this.#awaited) waitsFor(-1);
    const reactions = this.#reactions;
    this.#reactions = [];
    for (const reaction of reactions) this.#react(reaction);
  }

  #react(reaction) {
    const react = reaction[this.#state];
    queueMicrotask(() => react(this.#value));
  }

  #add(reaction, awaits) {
    if (!this.#handled) {
      this.#handled = true;
      handled(this);
    }
    if (this.#state !== 'pending') {
      this.#react(reaction);
      return;
    }
    this.#reactions.push(reaction);
    if (awaits && !this.#awaited) {
      this.#awaited = true;
      waitsFor(1);
    }
  }

  then(onFulfilled, onRejected) {
    const { promise, resolve, reject } = settable(speciesOf(this));
    const through = (handler, otherwise) => {
      if (typeof handler !== 'function') return otherwise;
      return (value) => {
        let result;
        try {
          result = handler(value);
        } catch (error) {
          reject(error);
          return;
        }
        resolve(result);
      };
    };
    this.#add({ fulfilled: through(onFulfilled, resolve), rejected: through(onRejected, reject) }, true);
    return promise;
  }

  catch(onRejected) {
    return this.then(undefined, onRejected);
  }

  finally(onFinally) {
    if (typeof onFinally !== 'function') return this.then(onFinally, onFinally);
    const Class = speciesOf(this);
    return this.then(
      (value) => Class.resolve(onFinally()).then(() => value),
      (reason) =>
        Class.resolve(onFinally()).then(() => {
          throw reason;
        }),
    );
  }

  static resolve(value) {
    if (isObject(value) && #state in value && value.constructor === this) return value;
    const { promise, resolve } = settable(this);
    resolve(value);
    return promise;
  }

  static reject(reason) {
    const { promise, reject } = settable(this);
    reject(reason);
    return promise;
  }

  static withResolvers() {
    return settable(this);
  }

  static try(work, ...values) {
    return new this((resolve) => resolve(work(...values)));
  }

  static all(promises) {
    return collect(this, promises, ({ store, reject }) => [store((value) => value), reject]);
  }

  static allSettled(promises) {
    return collect(this, promises, ({ store }) => [
      store((value) => ({ status: 'fulfilled', value })),
      store((reason) => ({ status: 'rejected', reason })),
    ]);
  }

  static any(promises) {
    const finish = ({ reject }, errors) => reject(new AggregateError(errors, 'all promises were rejected'));
    return collect(this, promises, ({ store, resolve }) => [resolve, store((reason) => reason)], finish);
  }

  static race(promises) {
    return collect(this, promises, ({ resolve, reject }) => [resolve, reject], () => {});
  }
}

Object.defineProperty(ComponentPromise, 'name', { value: 'Promise' });
Object.defineProperty(ComponentPromise.prototype, Symbol.toStringTag, { value: 'Promise', configurable: true });

/** What all(), any() and the like have in common: `each` makes the functions that are told
 * what a promise comes to, and `finish` is called with all that was stored. */
function collect(Class, promises, each, finish = ({ resolve }, stored) => resolve(stored)) {
  const made = settable(Class);
  try {
    const stored = [];
    let missing = 1;
    const done = () => {
      missing--;
      if (missing === 0) finish(made, stored);
    };
    for (const given of promises) {
      const at = stored.push(undefined) - 1;
      missing++;
      let called = false;
      const store = (form) => (value) => {
        if (called) return;
        called = true;
        stored[at] = form(value);
        done();
      };
      const [fulfilled, rejected] = each({ store, ...made });
      const promise = Class.resolve(given);
      if (!watch(promise, fulfilled, rejected)) promise.then(fulfilled, rejected);
    }
    done();
  } catch (error) {
    made.reject(error);
  }
  return made.promise;
}

/** A new promise of a class and the functions that settle it. */
function settable(Class) {
  if (typeof Class !== 'function') throw new TypeError('Promise: expected a class');
  let resolve;
  let reject;
  const promise = new Class((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  if (typeof resolve === 'function' && typeof reject === 'function') return { promise, resolve, reject };
  throw new TypeError('Promise: the class has not called the function that it was given');
}

function speciesOf(promise) {
  const { constructor: Class } = promise;
  if (Class === ComponentPromise || Class === undefined) return ComponentPromise;
  return Class[Symbol.species] ?? ComponentPromise;
}

/** Has all code of the component use these promises. */
export function replacePromise() {
  globalThis.Promise = ComponentPromise;
  globalThis.queueMicrotask = queueMicrotask;
}
