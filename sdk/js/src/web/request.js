// https://fetch.spec.whatwg.org/#request-class. What would change the meaning of a request,
// and is not there, is refused; what changes nothing here is taken.
import { AbortController, AbortSignal } from './abort.js';
import { Body, Content, bytesOf, share, take } from './body.js';
import { Headers } from './headers.js';
import { typeName } from './names.js';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const UPPER = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const FORBIDDEN = ['CONNECT', 'TRACE', 'TRACK'];

/** What options of the standard may be here, what they are without, and why not others. */
const OPTIONS = {
  redirect: { values: ['follow', 'manual', 'error'], otherwise: 'follow' },
  mode: {
    values: ['cors'],
    refused: { 'no-cors': 'responses are not opaque', 'same-origin': 'a component has no origin', navigate: 'a component has no pages' },
    otherwise: 'cors',
  },
  // There are neither cookies nor a cache, so these come to the same.
  credentials: { values: ['omit', 'same-origin', 'include'], otherwise: 'same-origin' },
  cache: {
    values: ['default', 'no-store', 'reload', 'no-cache', 'force-cache'],
    refused: { 'only-if-cached': 'there is no cache' },
    otherwise: 'default',
  },
};

/** Options that other fetches have, and that would be missed. */
const NOT_HERE = {
  dispatcher: 'the host makes the connections',
  agent: 'the host makes the connections',
  proxy: 'the host makes the connections',
  tls: 'the host makes the connections, and checks certificates',
};

function optionOf(init, name, base) {
  const { values, refused = {}, otherwise } = OPTIONS[name];
  const given = init[name];
  if (given === undefined) return base ?? otherwise;
  const value = String(given);
  if (values.includes(value)) return value;
  if (Object.hasOwn(refused, value)) throw new TypeError(`Request: ${name} ${value} is not there: ${refused[value]}`);
  throw new TypeError(`Request: ${name}: expected ${values.join(', ')}, got ${JSON.stringify(value)}`);
}

function methodOf(given) {
  const method = String(given);
  if (!TOKEN.test(method)) throw new TypeError(`Request: ${JSON.stringify(method)} is not a method`);
  const upper = method.toUpperCase();
  if (FORBIDDEN.includes(upper)) throw new TypeError(`Request: fetch does not send ${upper}`);
  return UPPER.includes(upper) ? upper : method;
}

function urlOf(input) {
  const url = new URL(typeof input === 'string' ? input : input?.href ?? String(input));
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`Request: the URL of ${url.host} has a name or a password in it: use the header authorization`);
  }
  return url;
}

function refuseOthers(init) {
  for (const [name, why] of Object.entries(NOT_HERE)) {
    if (init[name] !== undefined && init[name] !== null) throw new TypeError(`Request: the option ${name} is not there: ${why}`);
  }
  if (init.integrity !== undefined && String(init.integrity) !== '') {
    throw new TypeError('Request: the option integrity is not there: nobody would check it');
  }
  const { referrer } = init;
  if (referrer !== undefined && !['', 'about:client', 'no-referrer'].includes(String(referrer))) {
    throw new TypeError('Request: the option referrer is not there: use the header referer');
  }
  if (init.window !== undefined && init.window !== null) throw new TypeError('Request: window: expected null');
}

/** The content of the body of a request that is about to be sent; null: none. */
export const takeContent = (request) => take(request, 'fetch');

export class Request extends Body {
  #url;
  #method;
  #headers;
  #signal;
  #options;
  #keepalive;

  constructor(input, init = {}) {
    const settings = init ?? {};
    if (typeof settings !== 'object') throw new TypeError(`Request: expected an object with options, got ${typeName(settings)}`);
    refuseOthers(settings);
    const base = input instanceof Request ? input : null;
    const url = base === null ? urlOf(input) : new URL(base.url);
    const method = settings.method === undefined ? (base?.method ?? 'GET') : methodOf(settings.method);
    const headers = new Headers(settings.headers ?? base?.headers);
    const options = {};
    for (const name of Object.keys(OPTIONS)) options[name] = optionOf(settings, name, base?.[name]);
    const signals = settings.signal === undefined ? base?.signal : settings.signal;
    if (signals !== undefined && signals !== null && !(signals instanceof AbortSignal)) {
      throw new TypeError(`Request: signal: expected an AbortSignal, got ${typeName(signals)}`);
    }
    super(contentOf(settings.body, base, method, headers));
    this.#url = url;
    this.#method = method;
    this.#headers = headers;
    this.#options = options;
    this.#keepalive = Boolean(settings.keepalive ?? base?.keepalive);
    this.#signal = signals ?? new AbortController().signal;
  }

  get url() {
    return this.#url.href;
  }

  get method() {
    return this.#method;
  }

  get headers() {
    return this.#headers;
  }

  get signal() {
    return this.#signal;
  }

  get redirect() {
    return this.#options.redirect;
  }

  get mode() {
    return this.#options.mode;
  }

  get credentials() {
    return this.#options.credentials;
  }

  get cache() {
    return this.#options.cache;
  }

  get keepalive() {
    return this.#keepalive;
  }

  get destination() {
    return '';
  }

  get referrer() {
    return 'about:client';
  }

  get referrerPolicy() {
    return '';
  }

  get integrity() {
    return '';
  }

  get duplex() {
    return 'half';
  }

  clone() {
    const content = share(this, 'clone');
    const copy = new Request(this.url, {
      method: this.#method,
      headers: this.#headers,
      ...this.#options,
      keepalive: this.#keepalive,
      signal: this.#signal,
      body: content === null ? undefined : content.bytes,
    });
    return copy;
  }
}

/** The content of the body that is given, or that the request has on which this one is
 * based, whose body is then read. */
function contentOf(given, base, method, headers) {
  const has = given !== undefined && given !== null;
  if (has && (method === 'GET' || method === 'HEAD')) throw new TypeError(`Request: one with ${method} has no body`);
  if (has) {
    const { bytes, type } = bytesOf(given, 'Request');
    if (type !== null && !headers.has('content-type')) headers.set('content-type', type);
    return new Content(bytes);
  }
  if (base === null) return null;
  const content = take(base, 'Request');
  if (content !== null && (method === 'GET' || method === 'HEAD')) throw new TypeError(`Request: one with ${method} has no body`);
  return content;
}

Object.defineProperty(Request.prototype, Symbol.toStringTag, { value: 'Request', configurable: true });
