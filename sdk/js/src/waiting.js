// What a component waits for besides its microtasks: timers, and answers of servers. It has
// no event loop, so it waits here, at the end of a unit of work, until all is there that the
// unit needs; what is left then is dropped.
import { hasHostCalled, writeLine } from './services.js';
import { microtasks, queueMicrotask, run } from './microtasks.js';

const LEFT =
  'a timer was still running when nothing waited for it any more, and was dropped: await what it does, as in await new Promise((resolve) => setTimeout(resolve, 100)), or call clearTimeout. (This is said once.)';

/** The most milliseconds of a timer, as in browsers and Node. */
const LONGEST = 2 ** 31 - 1;

/** An entry that no timer is. */
const AT_ONCE = -1;

export class Waiting {
  #host;
  #entries = new Set();
  /** What is to be ended with the unit. */
  #open = new Set();
  #told = false;

  /** `host`: `now()` in nanoseconds, `after(nanoseconds)` and `poll(pollables)`. */
  constructor(host) {
    this.#host = host;
  }

  /** Calls `ready` when a pollable is, once. `keeps` says whether the unit waits for it
   * even if nothing in the component does. Returns what `drop` takes. */
  on(pollable, ready, keeps) {
    return this.#add({ pollable, ready, keeps, due: AT_ONCE });
  }

  /** Calls `ready` after so many milliseconds. `quiet`: nobody misses it if it is dropped. */
  after(milliseconds, ready, quiet = false) {
    const nanoseconds = Math.min(Math.max(milliseconds, 0), LONGEST) * 1e6;
    // While a component is built its clock stands still: time begins with the first call.
    const hasBegun = hasHostCalled();
    const due = (hasBegun ? this.#host.now() : 0) + nanoseconds;
    const pollable = hasBegun ? this.#host.after(nanoseconds) : null;
    return this.#add({ pollable, nanoseconds, ready, quiet, due });
  }

  #add(entry) {
    this.#entries.add(entry);
    microtasks.busy = true;
    return entry;
  }

  /** Whether something is left that may be dropped; says whether it was still there. */
  drop(entry) {
    if (!this.#entries.delete(entry)) return false;
    entry.pollable?.[Symbol.dispose]();
    return true;
  }

  /** Has `thing.end()` called when the unit is over. */
  opened(thing) {
    this.#open.add(thing);
    microtasks.busy = true;
  }

  /** A thing has ended before. */
  closed(thing) {
    this.#open.delete(thing);
  }

  /** Whether the unit must wait: something in it does, or something is to be finished. */
  isNeeded(somethingWaits) {
    if (this.#entries.size === 0) return false;
    if (somethingWaits) return true;
    for (const { keeps } of this.#entries) if (keeps?.()) return true;
    return false;
  }

  /** Waits until at least one thing is there, and runs what waits for it. False if there is
   * nothing to wait for. */
  next() {
    if (this.#entries.size === 0) return false;
    const entries = [...this.#entries];
    for (const entry of entries) entry.pollable ??= this.#host.after(entry.nanoseconds);
    const ready = Array.from(this.#host.poll(entries.map(({ pollable }) => pollable)), (at) => entries[at]);
    for (const entry of ready.sort((one, other) => one.due - other.due)) {
      // One that has run before may have dropped it.
      if (!this.drop(entry)) continue;
      queueMicrotask(entry.ready);
      run();
    }
    return true;
  }

  /** The unit is over: drops what is left. */
  end() {
    for (const thing of this.#open) thing.end();
    this.#open.clear();
    for (const entry of this.#entries) {
      const isTimer = entry.due !== AT_ONCE && !entry.quiet;
      this.drop(entry);
      if (!isTimer || this.#told) continue;
      this.#told = true;
      writeLine('warn', LEFT);
    }
  }
}
