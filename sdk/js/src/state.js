// What a task keeps: byte strings by key.
import { encodeUtf8 } from './utf8.js';
import { host } from '#host';

/** How many keys are asked for at a time: the host tells no more. */
const PAGE = 1000;

/** Why something of the state was not done: `code`, and a text for people. */
export class StateError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'StateError';
    this.code = code;
  }
}

/** Makes a call; an error of the host is thrown as a StateError. */
function call(work) {
  try {
    return work();
  } catch (error) {
    const payload = error?.payload;
    if (typeof payload?.code !== 'string') throw error;
    throw new StateError(payload.code, payload.message);
  }
}

/** A key as the host takes it: half a surrogate pair in it is U+FFFD. */
function checkedKey(key) {
  if (typeof key !== 'string') throw new TypeError(`state: expected a string as key, got ${typeof key}`);
  return key.toWellFormed();
}

export const state = {
  get(key) {
    const name = checkedKey(key);
    // The bindings of a component have null for what is not there.
    return call(() => host.stateGet(name)) ?? undefined;
  },
  set(key, value) {
    const name = checkedKey(key);
    const bytes = typeof value === 'string' ? encodeUtf8(value) : value;
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(`state.set: expected a string or a Uint8Array, got ${typeof value}`);
    }
    call(() => host.stateSet(name, bytes));
  },
  remove(key) {
    const name = checkedKey(key);
    call(() => host.stateRemove(name));
  },
  *keys(prefix = '') {
    let after;
    for (;;) {
      const page = call(() => host.stateKeys(checkedKey(prefix), after, PAGE));
      if (page.length === 0) return;
      yield* page;
      after = page[page.length - 1];
    }
  },
};
