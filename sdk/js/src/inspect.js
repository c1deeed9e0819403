// Values as a person reads them, in one line. Nothing here throws, and nothing here
// recurses further than it says: a component whose stack is full ends.
import { describeError } from './errors.js';
import { className, cut, isError, read, textOf } from './text.js';

/** How deep objects are shown, and how much of them. */
const DEPTH = 6;
const MOST_ITEMS = 100;
const LONGEST_TEXT = 8 * 1024;
/** When so much is shown, the rest is left out. */
const LONGEST = 32 * 1024;
/** An Error in an object. */
const LONGEST_ERROR = 2 * 1024;

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The value as code would say it, or nearly. */
export function inspect(value) {
  return new Inspector().show(value);
}

/** A text as it is, what has a method toString by what that says, all else inspected. */
export function said(value) {
  if (typeof value === 'string') return value;
  if (isError(value)) return describeError(value);
  if (typeof value === 'object' && value !== null && saysItself(value)) {
    const text = textOf(value);
    if (!text.startsWith('[object ')) return text;
  }
  return inspect(value);
}

/** Whether the class of an object, or the object, has a method toString of its own. */
function saysItself(object) {
  const method = read(object, 'toString');
  if (typeof method !== 'function' || method === Object.prototype.toString) return false;
  return !BUILT_IN.some((kind) => method === kind.prototype.toString);
}
const BUILT_IN = [Array, Date, RegExp, Function];

class Inspector {
  #room = LONGEST;
  /** The objects around the one that is shown. */
  #around = [];

  show(value) {
    let text;
    try {
      text = typeof value === 'object' && value !== null ? this.#object(value) : primitive(value);
    } catch {
      text = '[cannot be shown]';
    }
    this.#room -= text.length;
    return text;
  }

  #object(value) {
    if (this.#around.includes(value)) return '[Circular]';
    if (isError(value)) return `[${cut(describeError(value), LONGEST_ERROR).replace(/\n\s*/g, ' ')}]`;
    if (this.#around.length >= DEPTH) return `[${className(value) ?? 'Object'}]`;
    this.#around.push(value);
    try {
      return this.#parts(value);
    } finally {
      this.#around.pop();
    }
  }

  #parts(value) {
    const name = className(value);
    if (Array.isArray(value)) return this.#list(name === 'Array' ? '' : `${name ?? 'Array'}(${value.length})`, value);
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return this.#list(`${name}(${value.length})`, value);
    if (value instanceof Map) return this.#map(name, value);
    if (value instanceof Set) return this.#set(name, value);
    if (value instanceof Date) return date(value);
    if (value instanceof RegExp) return textOf(value);
    for (const [Boxed, valueOf] of BOXED) {
      if (value instanceof Boxed) return `[${Boxed.name}: ${primitive(valueOf.call(value))}]`;
    }
    if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
    return this.#record(name, value);
  }

  #list(before, values) {
    const items = [];
    const shown = Math.min(values.length, MOST_ITEMS);
    let at = 0;
    for (; at < shown && this.#room > 0; at++) {
      items.push(at in values ? this.show(values[at]) : 'nothing');
    }
    return this.#enclosed(before, '[', items, ']', values.length - at);
  }

  #map(name, map) {
    const items = [];
    for (const [key, value] of Map.prototype.entries.call(map)) {
      if (items.length >= MOST_ITEMS || this.#room <= 0) break;
      items.push(`${this.show(key)} => ${this.show(value)}`);
    }
    return this.#enclosed(`${name ?? 'Map'}(${map.size})`, '{', items, '}', map.size - items.length);
  }

  #set(name, set) {
    const items = [];
    for (const value of Set.prototype.values.call(set)) {
      if (items.length >= MOST_ITEMS || this.#room <= 0) break;
      items.push(this.show(value));
    }
    return this.#enclosed(`${name ?? 'Set'}(${set.size})`, '{', items, '}', set.size - items.length);
  }

  #record(name, value) {
    const items = [];
    const keys = Object.keys(value);
    for (const key of keys) {
      if (items.length >= MOST_ITEMS || this.#room <= 0) break;
      const property = Object.getOwnPropertyDescriptor(value, key);
      const shown = property !== undefined && 'value' in property ? this.show(property.value) : '[Getter]';
      const shownKey = key.length < 100 && IDENTIFIER.test(key) ? key : quoted(key);
      this.#room -= shownKey.length;
      items.push(`${shownKey}: ${shown}`);
    }
    const before = name === 'Object' ? '' : (name ?? '[Object: null prototype]');
    return this.#enclosed(before, '{', items, '}', keys.length - items.length);
  }

  #enclosed(before, open, items, close, missing) {
    if (missing > 0) items.push(`... ${missing} more`);
    const inside = items.length === 0 ? '' : ` ${items.join(', ')} `;
    return `${before === '' ? '' : `${before} `}${open}${inside}${close}`;
  }
}

const BOXED = [Number, String, Boolean, Symbol, BigInt].map((kind) => [kind, kind.prototype.valueOf]);

function primitive(value) {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'function': {
      const isClass = Function.prototype.toString.call(value).startsWith('class');
      const name = read(value, 'name');
      const called = typeof name === 'string' && name !== '' ? ` ${cut(name, 100)}` : ' (anonymous)';
      return `[${isClass ? 'class' : 'Function'}${called}]`;
    }
    default:
      return cut(textOf(value), LONGEST_TEXT);
  }
}

const quoted = (text) => JSON.stringify(cut(text, LONGEST_TEXT).toWellFormed());

function date(value) {
  const moment = Date.prototype.getTime.call(value);
  return Number.isNaN(moment) ? 'Invalid Date' : new Date(moment).toISOString();
}
