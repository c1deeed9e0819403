// What the methods of a bolt and a spout return: nothing that somebody would have to emit.
// The SDK does nothing with what they return, so rows that are returned would be lost in
// silence. A number, a boolean or an object of a class is what an arrow function often
// returns by the way, and is let pass; so is what is empty.
import { show } from './check.js';
import { placeOf } from './errors.js';
import { className } from './text.js';

/** Of an array no more is looked at than this. */
const LOOKED_AT = 1_000;
const DEEPEST = 8;

/** `return counts.set(...)` and `=> seen.add(...)` give the collection itself. */
const CHAINED = /(?:=>|\breturn)\s*(?:[\w$\s.?!#]|\[[^\]\n]*\]|\([^()\n]*\))+\.\s*(?:set|add)\s*\(/;

/** The collection that was let pass last: a method returns the same one for each row. */
let passed;

/** Throws if a method of a component has returned values that it may have meant to emit. */
export function refuseReturned(value, component, name) {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return;
  if (value === component || value === passed || !isRows(value, 0)) return;
  const method = component[name];
  if ((value instanceof Map || value instanceof Set) && CHAINED.test(Function.prototype.toString.call(method))) {
    passed = value;
    return;
  }
  throw new TypeError(
    `${placeOf(method)}${name} returned ${shown(value)}, which nobody emits: call this.emit(...) for each row, and return nothing`,
  );
}

/** Whether somebody may have meant a row or rows by it. */
function isRows(value, depth) {
  if (typeof value === 'string') return value !== '';
  if (Array.isArray(value)) return depth < DEEPEST && value.slice(0, LOOKED_AT).some((item) => isValue(item, depth));
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  if (ArrayBuffer.isView(value)) return value.byteLength > 0;
  if (isIterator(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === null || prototype === Object.prototype) && Object.keys(value).length > 0;
}

/** Whether something in an array is a value of a row. An array of what methods without a
 * result have returned has none: `return Promise.all(words.map((word) => this.look(word)))`. */
function isValue(item, depth) {
  if (typeof item === 'number' || typeof item === 'bigint') return true;
  if (typeof item === 'string') return true;
  if (typeof item !== 'object' || item === null) return false;
  if (item.status === 'fulfilled' || item.status === 'rejected') return isValue(item.value, depth);
  return isRows(item, depth + 1);
}

const isIterator = (value) => typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function';

function shown(value) {
  if (typeof value === 'string') return show(value);
  if (Array.isArray(value)) return 'an array';
  if (isIterator(value)) return `an iterator (${Object.prototype.toString.call(value).slice(8, -1)})`;
  const name = className(value);
  return name === 'Object' || name === null ? 'an object' : `a ${name}`;
}
