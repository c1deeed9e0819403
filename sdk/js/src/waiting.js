// What a component waits for besides its microtasks: timers, and answers of servers. It has
// no event loop, so it waits here, at the end of a unit of work, until all is there that the
// unit needs; what is left then is dropped.
import { hasHostCalled, writeLine } from './services.js';
import { microtasks, queueMicrotask, run } from './microtasks.js';

const LEFT =
  'a timer was still running when nothing waited for it any more, and was dropped: await what it does, as in await new Promise((resolve) => setTimeout(resolve, 100)), or call clearTimeout. (This is said once.)';

/** The most milliseconds of a timer, as in browsers and Node. */
const LONGEST = 2 ** 31 - 1;

/** When what is no timer is due. */
const AT_ONCE = -1;

/** So many timers wait in the host at a time: what it holds for a component is limited
 * (limits.resources, 512). */
const IN_THE_HOST = 64;

export class Waiting {
  #host;
  /** What waits in the host; has a pollable. */
  #entries = new Set();
  #timersInTheHost = 0;
  /** Timers for which the host has no room, those first that are due first. */
  #later = [];
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
    const entry = { pollable, ready, keeps, due: AT_ONCE };
    this.#entries.add(entry);
    microtasks.busy = true;
    return entry;
  }

  /** Calls `ready` after so many milliseconds. `quiet`: nobody misses it if it is dropped. */
  after(milliseconds, ready, quiet = false) {
    const nanoseconds = Math.min(Math.max(milliseconds, 0), LONGEST) * 1e6;
    // While a component is built its clock stands still: time begins with the first call.
    const hasBegun = hasHostCalled();
    const entry = { pollable: null, ready, quiet, due: (hasBegun ? this.#host.now() : 0) + nanoseconds };
    // At once if it can be: a clock that only waiting moves stands still while a server is
    // waited for, but the time of a wait that has begun does not.
    if (hasBegun && this.#timersInTheHost < IN_THE_HOST) this.#begin(entry, nanoseconds);
    else this.#defer(entry);
    microtasks.busy = true;
    return entry;
  }

  #begin(entry, nanoseconds) {
    entry.pollable = this.#host.after(nanoseconds);
    this.#entries.add(entry);
    this.#timersInTheHost++;
  }

  #defer(entry) {
    let at = this.#later.length;
    while (at > 0 && this.#later[at - 1].due > entry.due) at--;
    this.#later.splice(at, 0, entry);
  }

  /** Drops what `on` or `after` has returned; says whether it was still there. */
  drop(entry) {
    if (!this.#entries.delete(entry)) {
      const at = this.#later.indexOf(entry);
      if (at >= 0) this.#later.splice(at, 1);
      return at >= 0;
    }
    entry.pollable[Symbol.dispose]();
    if (entry.due !== AT_ONCE) this.#timersInTheHost--;
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
    if (somethingWaits) return this.#isWaiting();
    for (const { keeps } of this.#entries) if (keeps?.()) return true;
    return false;
  }

  #isWaiting() {
    return this.#entries.size > 0 || this.#later.length > 0;
  }

  /** Waits until at least one thing is there, and runs what waits for it. False if there is
   * nothing to wait for. */
  next() {
    if (!this.#isWaiting()) return false;
    this.#beginFirst();
    const entries = [...this.#entries];
    const ready = Array.from(this.#host.poll(entries.map(({ pollable }) => pollable)), (at) => entries[at]);
    for (const entry of ready.sort((one, other) => one.due - other.due)) {
      // One that has run before may have dropped it.
      if (!this.drop(entry)) continue;
      queueMicrotask(entry.ready);
      run();
    }
    return true;
  }

  /** Has the host wait for those timers that are due first. */
  #beginFirst() {
    while (this.#later.length > 0) {
      const [first] = this.#later;
      if (this.#timersInTheHost >= IN_THE_HOST) {
        const last = this.#lastInTheHost();
        if (last.due <= first.due) return;
        this.drop(last);
        last.pollable = null;
        this.#defer(last);
      }
      this.drop(first);
      this.#begin(first, Math.max(first.due - this.#host.now(), 0));
    }
  }

  #lastInTheHost() {
    let last = null;
    for (const entry of this.#entries) if (last === null || entry.due > last.due) last = entry;
    return last;
  }

  /** The unit is over: drops what is left. */
  end() {
    for (const thing of this.#open) thing.end();
    this.#open.clear();
    for (const entry of [...this.#entries, ...this.#later]) {
      const isTimer = entry.due !== AT_ONCE && !entry.quiet;
      this.drop(entry);
      if (!isTimer || this.#told) continue;
      this.#told = true;
      writeLine('warn', LEFT);
    }
  }
}
