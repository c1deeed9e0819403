// Headers of requests and responses: https://fetch.spec.whatwg.org/#headers-class.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What the host refuses: the connection is its own. */
const OF_THE_HOST = ['host', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect', 'http2-settings'];

function checkedName(name, method) {
  const text = String(name);
  if (!NAME.test(text)) throw new TypeError(`Headers.${method}: ${JSON.stringify(text)} is not the name of a header`);
  return text.toLowerCase();
}

/** A value without spaces around it. It may have characters up to U+00FF, each of which is
 * a byte. */
function checkedValue(name, value, method) {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code === 10 || code === 13 || code > 255) {
      throw new TypeError(`Headers.${method}: the value of ${name} has a character that no header may have at ${i}`);
    }
  }
  return text;
}

/** The headers of a request that fetch makes, as a list; throws at one that the host would
 * not send. */
let listOf;
/** Makes headers that nobody may change of the pairs of a response. */
let received;

export class Headers {
  /** Values by name in lower case. */
  #lists = new Map();
  #immutable = false;

  static {
    listOf = (headers) => [...headers.#lists].flatMap(([name, values]) => values.map((value) => [name, value]));
    received = (pairs) => {
      const headers = new Headers();
      for (const [name, value] of pairs) headers.#add(name.toLowerCase(), value);
      headers.#immutable = true;
      return headers;
    };
  }

  constructor(init) {
    if (init === undefined || init === null) return;
    if (typeof init !== 'object') throw new TypeError('Headers: expected an object, an array of pairs or Headers');
    const isList = typeof init[Symbol.iterator] === 'function';
    for (const pair of isList ? init : Object.entries(init)) {
      const [name, value, ...more] = typeof pair === 'object' && pair !== null ? pair : [];
      if (name === undefined || value === undefined || more.length > 0) {
        const what = isList ? 'expected pairs of a name and a value' : `the value of ${JSON.stringify(pair[0])} is undefined`;
        throw new TypeError(`Headers: ${what}`);
      }
      this.append(name, value);
    }
  }

  #add(name, value) {
    const values = this.#lists.get(name);
    if (values === undefined) this.#lists.set(name, [value]);
    else values.push(value);
  }

  #expectMutable(method) {
    if (this.#immutable) throw new TypeError(`Headers.${method}: the headers of a response of fetch cannot be changed`);
  }

  append(name, value) {
    this.#expectMutable('append');
    const key = checkedName(name, 'append');
    this.#add(key, checkedValue(key, value, 'append'));
  }

  set(name, value) {
    this.#expectMutable('set');
    const key = checkedName(name, 'set');
    this.#lists.set(key, [checkedValue(key, value, 'set')]);
  }

  delete(name) {
    this.#expectMutable('delete');
    this.#lists.delete(checkedName(name, 'delete'));
  }

  get(name) {
    return this.#lists.get(checkedName(name, 'get'))?.join(', ') ?? null;
  }

  has(name) {
    return this.#lists.has(checkedName(name, 'has'));
  }

  getSetCookie() {
    return [...(this.#lists.get('set-cookie') ?? [])];
  }

  forEach(work, self) {
    if (typeof work !== 'function') throw new TypeError('Headers.forEach: expected a function');
    for (const [name, value] of this) work.call(self, value, name, this);
  }

  *entries() {
    for (const name of [...this.#lists.keys()].sort()) {
      const values = this.#lists.get(name) ?? [];
      if (name !== 'set-cookie') yield [name, values.join(', ')];
      else for (const value of values) yield [name, value];
    }
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
}

Object.defineProperty(Headers.prototype, Symbol.toStringTag, { value: 'Headers', configurable: true });

/** The pairs of a request of `length` bytes (null: it has no body) that go to the server.
 * Throws at what the host would not send, or would not send like this. */
export function pairsToSend(headers, length) {
  const pairs = [];
  for (const [name, value] of listOf(headers)) {
    // There is a connection for each request, so this says nothing new.
    if (name === 'connection' && /^(?:close|keep-alive)$/i.test(value)) continue;
    if (name === 'content-length' && value === String(length ?? 0)) continue;
    if (name === 'content-length') {
      throw new TypeError(`fetch: the header content-length is ${value}, and the body has ${length ?? 0} bytes; leave it out`);
    }
    if (name === 'connection' || OF_THE_HOST.includes(name)) {
      throw new TypeError(`fetch: the header ${name} is of the connection, which the host makes; leave it out`);
    }
    pairs.push([name, value]);
  }
  return pairs;
}

export { received as receivedHeaders };
