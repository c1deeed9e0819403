// setTimeout and its like, which wait at the end of a unit of work.

/** The functions, over what a component waits for. */
export function makeTimers(waiting) {
  /** Timers by their numbers, from 1. */
  const timers = new Map();
  let last = 0;

  function start(name, work, delay, values, again) {
    if (typeof work !== 'function') throw new TypeError(`${name}: expected a function`);
    const id = ++last;
    const milliseconds = Math.max(Math.trunc(Number(delay)) || 0, 0);
    const set = () => {
      timers.set(id, waiting.after(milliseconds, fire));
    };
    const fire = () => {
      timers.delete(id);
      // First, so that the work can clear it.
      if (again) set();
      work(...values);
    };
    set();
    return id;
  }

  function clear(id) {
    const entry = timers.get(id);
    if (entry === undefined) return;
    timers.delete(id);
    waiting.drop(entry);
  }

  return {
    setTimeout: (work, delay, ...values) => start('setTimeout', work, delay, values, false),
    setInterval: (work, delay, ...values) => start('setInterval', work, Math.max(delay, 1) || 1, values, true),
    setImmediate: (work, ...values) => start('setImmediate', work, 0, values, false),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
}
