// Whether a value may stand in a field, and the form in which it is then held.
import { I64_MAX, I64_MIN } from './integers.js';
import { jsonText } from './json.js';
import { className, cut } from './text.js';
import { fromDate } from './time.js';

/**
 * The value as the columns hold it: JSON as text, byte strings copied, everything
 * else as it is. Throws an error that names stream and field.
 */
export function checkValue(stream, field, value) {
  if (value === undefined) {
    throw mismatch(stream, field, field.nullable ? 'nothing (emit null for no value)' : 'nothing');
  }
  if (value === null && field.nullable) return null;
  if (value === null && field.kind !== 'json') throw mismatch(stream, field, 'null');
  return CHECKS[field.kind](stream, field, value);
}

const CHECKS = {
  bool: (stream, field, value) => {
    if (typeof value === 'boolean') return value;
    throw mismatch(stream, field, show(value));
  },
  int: checkInteger,
  timestamp: (stream, field, value) => {
    if (!(value instanceof Date)) return checkInteger(stream, field, value);
    if (Number.isNaN(value.getTime())) throw mismatch(stream, field, 'an invalid Date');
    return checkInteger(stream, field, fromDate(value));
  },
  float: (stream, field, value) => {
    if (typeof value === 'number') return value;
    throw mismatch(stream, field, show(value));
  },
  text: (stream, field, value) => {
    if (typeof value === 'string') return value;
    throw mismatch(stream, field, show(value));
  },
  bytes: (stream, field, value) => {
    // A copy: the author may use the buffer again before the call returns.
    if (value instanceof Uint8Array) return Uint8Array.from(value);
    throw mismatch(stream, field, show(value));
  },
  json: (stream, field, value) =>
    jsonText(value, (what, place) => {
      throw mismatch(stream, field, place === '' ? what : `${what} at ${place}`);
    }),
};

function checkInteger(stream, field, value) {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value;
    const why = Number.isInteger(value) ? ' (not exact as a number: use a BigInt)' : '';
    throw mismatch(stream, field, show(value) + why);
  }
  if (typeof value !== 'bigint') throw mismatch(stream, field, show(value));
  if (value >= I64_MIN && value <= I64_MAX) return value;
  throw mismatch(stream, field, `${show(value)} (outside of 64 bits)`);
}

const EXPECTED = {
  bool: 'bool (true or false)',
  int: 'int (an integer number or BigInt)',
  timestamp: 'timestamp (microseconds as an integer number or BigInt, or a Date)',
  float: 'float (a number)',
  text: 'text (a string)',
  bytes: 'bytes (a Uint8Array)',
  json: 'json (a value that JSON can say)',
};

function mismatch(stream, field, got) {
  const orNull = field.nullable ? ' or null' : '';
  return new TypeError(`${stream}.${field.name}: expected ${EXPECTED[field.kind]}${orNull}, got ${got}`);
}

/** A value for people: its type, and as much of it as fits. */
export function show(value) {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(cut(value, 40).toWellFormed())}`;
    case 'number':
      return `the number ${value}`;
    case 'bigint':
      return `the BigInt ${cut(String(value), 80)}`;
    case 'boolean':
      return `the boolean ${value}`;
    case 'object':
      return `an object (${className(value) ?? 'without a class'})`;
    default:
      return `a ${typeof value}`;
  }
}
