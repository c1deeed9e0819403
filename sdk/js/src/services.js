// Log lines, metrics and standard output.
import { endGroups } from './console.js';
import { formatAll, formatLine } from './format.js';
import { encodeUtf8 } from './utf8.js';
import { host } from '#host';

/** While a component is built its module is evaluated without a host: what is
 * logged then is held back and written with the first call, in every instance. */
let held = [];
const HELD_AT_MOST = 256;

/** The host cuts lines at 16 KiB: no more crosses than it needs to see that. */
const LONGEST = 32 * 1024;

/** Called at the start of every call from the host. */
export function hostIsThere() {
  endGroups();
  if (held === null) return;
  const lines = held;
  held = null;
  for (const [level, message] of lines) host.log(level, message);
}

/** Whether the host has called: not so while the component is built. */
export const hasHostCalled = () => held === null;

/** Writes a log line. */
export function writeLine(level, text) {
  const message = text.slice(0, LONGEST).toWellFormed();
  if (held === null) host.log(level, message);
  else if (held.length < HELD_AT_MOST) held.push([level, message]);
}

const at = (level) => (...values) => writeLine(level, formatLine(values));

/** Log lines: values as console.log takes them. */
export const log = {
  trace: at('trace'),
  debug: at('debug'),
  info: at('info'),
  warn: at('warn'),
  error: at('error'),
};

const U32_MAX = 0xffffffff;

/** The name of a figure. */
function checkedName(name, method) {
  if (typeof name === 'string') return name.toWellFormed();
  throw new TypeError(`metrics.${method}: expected a string as name, got ${typeof name}`);
}

/** A component's own figures. */
export const metrics = {
  count(name, increment = 1) {
    if (!Number.isInteger(increment) || increment < 0 || increment > U32_MAX) {
      const got = typeof increment === 'number' ? increment : typeof increment;
      throw new RangeError(`metrics.count: expected an integer from 0 to ${U32_MAX}, got ${got}`);
    }
    host.count(checkedName(name, 'count'), increment);
  },
  gauge(name, value) {
    if (typeof value !== 'number') {
      throw new TypeError(`metrics.gauge: expected a number, got ${typeof value}`);
    }
    host.gauge(checkedName(name, 'gauge'), value);
  },
};

/** Writes a line to the standard output of whoever started the topology. */
export function print(...values) {
  host.write(encodeUtf8(`${formatAll(values)}\n`));
}
