// Requests take turns: a component has only so many connections at a time
// (limits.http-connections, 16), and one more would wait for its time-out.

const MOST = 16;

export class Turns {
  #open = new Set();
  #queue = [];
  #opened;
  #isOpened = false;

  /** `opened` is told when there are requests, and calls `end()` when the unit of work is
   * over. */
  constructor(opened) {
    this.#opened = opened;
  }

  /** Calls `start` when it is this request's turn, which is over with `over(request)`. */
  begin(request, start) {
    if (!this.#isOpened) {
      this.#isOpened = true;
      this.#opened(this);
    }
    this.#queue.push({ request, start });
    this.#next();
  }

  over(request) {
    this.#queue = this.#queue.filter((waiting) => waiting.request !== request);
    if (this.#open.delete(request)) this.#next();
  }

  /** Those that wait are not sent any more. */
  end() {
    this.#open.clear();
    this.#queue = [];
    this.#isOpened = false;
  }

  /** Whether a request waits for its turn. */
  get isWaitedFor() {
    return this.#queue.length > 0;
  }

  /** Whether there is more than one. */
  get isShared() {
    return this.#open.size + this.#queue.length > 1;
  }

  #next() {
    while (this.#open.size < MOST && this.isWaitedFor) {
      const { request, start } = this.#queue.shift();
      this.#open.add(request);
      start();
    }
    // A response that nobody reads would keep its connection.
    if (this.isShared) for (const request of this.#open) request.drain();
  }
}
