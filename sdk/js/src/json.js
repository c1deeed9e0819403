// JSON values as text and back, exact for integers of any size: one that a number
// cannot hold exactly is a BigInt. What JSON cannot say is refused, with its place in
// the value: JSON.stringify would leave it out, or write null or {} for it.
import { className, cut } from './text.js';

/** A text without so long a run of digits has no integer that a number loses. */
const LONG_INTEGER = /[0-9]{16}/;
const INTEGER = /^-?[0-9]+$/;

/** How deep arrays and objects may be in each other: the host takes no more, unless its limit
 * `json-depth` is raised. The engine writes each level by a call, and does not watch its
 * stack in a component. */
const DEEPEST = 128;

/** A backslash in JSON text and what it escapes: a pair of surrogates, half of one, or
 * any other character. */
const ESCAPE = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(ud[89a-f][0-9a-f]{2})|[^])/gi;

/** `JSON.rawJSON` came with the source text of revivers; Node has both from 21 on. */
const hasRawJson = typeof JSON.rawJSON === 'function';

export function parseJson(source) {
  if (!hasRawJson || !LONG_INTEGER.test(source)) return JSON.parse(source);
  return JSON.parse(source, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(context.source)
      ? BigInt(context.source)
      : value,
  );
}

/** The JSON text of a value. Calls `refuse(what, place)`, which throws, at the first thing
 * in it that JSON cannot say: `place` is as in `.list[2]`, empty for the value itself. */
export function jsonText(value, refuse) {
  // Half of a surrogate pair stays, as an escape: JSON can say it.
  return isPlain(value, 0) ? JSON.stringify(value) : JSON.stringify(value, checked(refuse));
}

/** JSON text with U+FFFD for each half of a surrogate pair, for readers that refuse the
 * escape which JSON.stringify writes. */
export function withWholePairs(text) {
  if (!text.includes('\\ud')) return text;
  return text.replace(ESCAPE, (escape, half) => (half ? '\ufffd' : escape));
}

/** Whether JSON says all of the value as it is, without a closer look. */
function isPlain(value, depth) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return value !== 0 ? value - value === 0 : !Object.is(value, -0);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === DEEPEST || value.toJSON !== undefined) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth + 1)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const keys = Object.keys(value);
  for (const key of keys) if (!isPlain(value[key], depth + 1)) return false;
  return keys.length > 0 || lossOf(value) === null;
}

/** A replacer for JSON.stringify that lets nothing pass that would be lost. */
function checked(refuse) {
  /** The objects around the one that is looked at, from the outermost, and the key of
   * each in the one before. */
  const around = [];
  return function check(key, value) {
    while (around.length > 0 && around.at(-1).object !== this) around.pop();
    const place = () => [...around.slice(1).map((outer) => outer.key), ...(around.length > 0 ? [key] : [])];
    const stop = (what) => refuse(what, cut(placeText(place(), this), 200));
    const replaced = replacement(value, this[key], stop);
    if (typeof replaced === 'object' && replaced !== null && replaced === value) {
      if (around.some(({ object }) => object === value)) stop('an object that is in itself');
      if (around.length >= DEEPEST) stop(`an object that is in ${DEEPEST} others`);
      around.push({ object: value, key: Array.isArray(this) ? Number(key) : key });
    }
    return replaced;
  };
}

/** What to write for a value; `before` is what it was before its method toJSON. */
function replacement(value, before, stop) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return number(value, stop);
    case 'bigint':
      return integer(value, stop);
    case 'undefined':
      return stop(before === undefined ? 'undefined (use null for no value)' : 'an object whose toJSON returns nothing');
    case 'object':
      break;
    default:
      return stop(`a ${typeof value}`);
  }
  if (value === null) {
    if (before instanceof Date) stop('an invalid Date');
    return null;
  }
  if (hasRawJson && JSON.isRawJSON(value)) return value;
  if (value instanceof Number) return number(Number(value), stop);
  const tag = tagOf(value);
  const instead = INSTEAD.get(tag);
  if (instead !== undefined) stop(`an object (${tag === 'Error' ? className(value) : tag})${instead}`);
  if (ArrayBuffer.isView(value)) stop(`an object (${className(value)}) (use Array.from)`);
  const loss = lossOf(value);
  if (loss !== null) stop(`an object (${tag === 'Object' ? className(value) ?? 'without a class' : tag})${loss}`);
  return value;
}

/** What to say of an object of which JSON has nothing although there is something in it; null
 * if there is no such thing. What else an object may have, symbol keys and the further keys
 * of an array among it, is left out as everywhere in JavaScript: to look for it costs as much
 * again as the whole check. */
function lossOf(value) {
  if (Array.isArray(value) || value instanceof String || value instanceof Boolean) return null;
  const prototype = Object.getPrototypeOf(value);
  const isOfClass = prototype !== Object.prototype && prototype !== null;
  const isIterable = typeof value[Symbol.iterator] === 'function';
  if (isIterable && isOfClass) return ' (use Array.from or Object.fromEntries)';
  if (Object.keys(value).length > 0) return null;
  if (isIterable) return ' (use Array.from)';
  const hasSymbols = Object.getOwnPropertySymbols(value).length > 0;
  if (hasSymbols && !isOfClass) return ', all of whose keys are symbols';
  if (hasSymbols || Object.getOwnPropertyNames(value).length > 0) return NOTHING_SHOWN;
  for (let owner = prototype; owner !== null && Object.getPrototypeOf(owner) !== null; owner = Object.getPrototypeOf(owner)) {
    const properties = Object.entries(Object.getOwnPropertyDescriptors(owner));
    const isData = ([key, { value: inherited }]) => key !== 'constructor' && typeof inherited !== 'function';
    if (properties.some(isData) || hasPrivate(owner.constructor)) return NOTHING_SHOWN;
  }
  return null;
}

const NOTHING_SHOWN = ', which has no property of its own that JSON shows (say what to write with a method toJSON)';

/** Whether objects of a class have something that only its own code reads. */
const hasPrivate = (Class) =>
  typeof Class === 'function' && /[.{;}\n]\s*#[\w$]|\[native code\]/.test(Function.prototype.toString.call(Class));

function number(value, stop) {
  if (!Number.isFinite(value)) stop(`the number ${value}`);
  return Object.is(value, -0) && hasRawJson ? JSON.rawJSON('-0') : value;
}

function integer(value, stop) {
  if (hasRawJson) return JSON.rawJSON(value.toString());
  const near = Number(value);
  if (!Number.isSafeInteger(near)) stop(`the BigInt ${value} (which needs Node 21 or later)`);
  return near;
}

const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/** Objects that JSON.stringify writes as {}, and what to write in their place. */
const INSTEAD = new Map([
  ['Map', ' (use Object.fromEntries)'],
  ['Set', ' (use Array.from)'],
  ['RegExp', ' (use its source)'],
  ['Error', ' (use its message)'],
  ['Promise', ' (a promise is not what it comes to)'],
  ['ArrayBuffer', ' (use Array.from(new Uint8Array(...)))'],
  ...['WeakMap', 'WeakSet', 'WeakRef', 'SharedArrayBuffer', 'DataView', 'AsyncGenerator'].map((tag) => [tag, '']),
  ...['Generator', 'Array Iterator', 'Map Iterator', 'Set Iterator', 'String Iterator', 'Iterator Helper'].map(
    (tag) => [tag, ' (use Array.from)'],
  ),
]);

/** `.list[2]["a b"]` of keys. */
function placeText(keys, holder) {
  return keys
    .map((key, i) => {
      if (typeof key === 'number' || (i === keys.length - 1 && Array.isArray(holder))) return `[${key}]`;
      return /^[\w$]{1,100}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 100).toWellFormed())}]`;
    })
    .join('');
}
