// Log lines, metrics and standard output.
import { encodeUtf8 } from './utf8.js';
import { describeError } from './errors.js';
import { host } from '#host';

/** While a component is built its module is evaluated without a host: what is
 * logged then is held back and written with the first call, in every instance. */
let held = [];
const HELD_AT_MOST = 256;

/** Called at the start of every call from the host. */
export function hostIsThere() {
  if (held === null) return;
  const lines = held;
  held = null;
  for (const [level, message] of lines) host.log(level, message);
}

/** Whether the host has called: not so while the component is built. */
export const hasHostCalled = () => held === null;

function write(level, values) {
  const message = values.map(format).join(' ');
  if (held === null) host.log(level, message);
  else if (held.length < HELD_AT_MOST) held.push([level, message]);
}

/** Log lines: values as console.log takes them. */
export const log = {
  trace: (...values) => write('trace', values),
  debug: (...values) => write('debug', values),
  info: (...values) => write('info', values),
  warn: (...values) => write('warn', values),
  error: (...values) => write('error', values),
};

const U32_MAX = 0xffffffff;

/** A component's own figures. */
export const metrics = {
  count(name, increment = 1) {
    if (!Number.isInteger(increment) || increment < 0 || increment > U32_MAX) {
      throw new RangeError(`metrics.count: expected an integer from 0 to ${U32_MAX}, got ${String(increment)}`);
    }
    host.count(String(name), increment);
  },
  gauge(name, value) {
    if (typeof value !== 'number') {
      throw new TypeError(`metrics.gauge: expected a number, got ${typeof value}`);
    }
    host.gauge(String(name), value);
  },
};

/** Writes a line to the standard output of whoever started the topology. */
export function print(...values) {
  host.write(encodeUtf8(`${values.map(format).join(' ')}\n`));
}

/** A value as a person reads it. */
function format(value) {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return describeError(value);
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    const plain = (_key, inner) => {
      if (typeof inner === 'bigint') return `${inner}n`;
      if (inner instanceof Map) return Object.fromEntries(inner);
      if (inner instanceof Set || ArrayBuffer.isView(inner)) return Array.from(inner);
      return inner;
    };
    return JSON.stringify(value, plain) ?? String(value);
  } catch {
    return String(value);
  }
}
