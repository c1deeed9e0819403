// https://url.spec.whatwg.org/#urlsearchparams.
import { decodeForm, encodeForm } from './percent.js';

/** Replaces all that the parameters of a URL have, when its query is set. */
export let setParams;
/** Has a function called with the text when the parameters change. */
export let onParams;

const textOf = (value) => String(value).toWellFormed();

function parse(text) {
  const pairs = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    pairs.push(at < 0 ? [decodeForm(part), ''] : [decodeForm(part.slice(0, at)), decodeForm(part.slice(at + 1))]);
  }
  return pairs;
}

export class URLSearchParams {
  #pairs = [];
  #changed = () => {};

  static {
    setParams = (params, query) => {
      params.#pairs = parse(query);
    };
    onParams = (params, changed) => {
      params.#changed = changed;
    };
  }

  constructor(init = '') {
    if (typeof init === 'object' && init !== null) {
      const isList = typeof init[Symbol.iterator] === 'function';
      for (const pair of isList ? init : Object.entries(init)) {
        const both = [...pair];
        if (both.length !== 2) throw new TypeError('URLSearchParams: expected pairs of a name and a value');
        this.#pairs.push(both.map(textOf));
      }
    } else {
      const text = textOf(init);
      this.#pairs = parse(text.startsWith('?') ? text.slice(1) : text);
    }
  }

  get size() {
    return this.#pairs.length;
  }

  append(name, value) {
    this.#pairs.push([textOf(name), textOf(value)]);
    this.#changed();
  }

  delete(name, value = undefined) {
    const isOther = ([key, held]) => key !== textOf(name) || (value !== undefined && held !== textOf(value));
    this.#pairs = this.#pairs.filter(isOther);
    this.#changed();
  }

  get(name) {
    return this.#pairs.find(([key]) => key === textOf(name))?.[1] ?? null;
  }

  getAll(name) {
    return this.#pairs.filter(([key]) => key === textOf(name)).map(([, value]) => value);
  }

  has(name, value = undefined) {
    return this.#pairs.some(([key, held]) => key === textOf(name) && (value === undefined || held === textOf(value)));
  }

  set(name, value) {
    const key = textOf(name);
    const at = this.#pairs.findIndex(([one]) => one === key);
    if (at < 0) this.#pairs.push([key, textOf(value)]);
    else {
      this.#pairs[at][1] = textOf(value);
      this.#pairs = this.#pairs.filter(([one], i) => i <= at || one !== key);
    }
    this.#changed();
  }

  sort() {
    // By UTF-16 units, which is how strings are compared.
    this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    this.#changed();
  }

  forEach(work, self) {
    if (typeof work !== 'function') throw new TypeError('URLSearchParams.forEach: expected a function');
    for (const [name, value] of this) work.call(self, value, name, this);
  }

  *entries() {
    for (let i = 0; i < this.#pairs.length; i++) yield [...this.#pairs[i]];
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join('&');
  }
}

Object.defineProperty(URLSearchParams.prototype, Symbol.toStringTag, { value: 'URLSearchParams', configurable: true });
