// https://url.spec.whatwg.org/#api.
import { cannotHaveCredentials, emptyUrl, hostOf, isSpecial, parseInto, parseUrl, pathOf, showUrl } from './url/parser.js';
import { USERINFO, encode } from './url/percent.js';
import { URLSearchParams, onParams, setParams } from './url/search-params.js';

export { URLSearchParams };

/** The parsed URL, or null. */
function parsed(input, base) {
  if (base === undefined) return parseUrl(String(input));
  const of = parseUrl(String(base));
  return of === null ? null : parseUrl(String(input), of);
}

export class URL {
  #url = emptyUrl();
  #params = null;

  constructor(input, base = undefined) {
    const url = parsed(input, base);
    if (url === null) {
      const error = new TypeError('Invalid URL');
      error.code = 'ERR_INVALID_URL';
      error.input = String(input);
      throw error;
    }
    this.#url = url;
  }

  static canParse(input, base = undefined) {
    return parsed(input, base) !== null;
  }

  static parse(input, base = undefined) {
    return URL.canParse(input, base) ? new URL(input, base) : null;
  }

  get href() {
    return showUrl(this.#url);
  }

  set href(value) {
    this.#url = new URL(value).#url;
    this.#queryChanged();
  }

  get origin() {
    const { scheme, path } = this.#url;
    if (scheme === 'blob:') {
      const of = typeof path === 'string' ? parseUrl(path) : null;
      return of !== null && ['http:', 'https:'].includes(of.scheme) ? `${of.scheme}//${hostOf(of)}` : 'null';
    }
    return isSpecial(this.#url) && scheme !== 'file:' ? `${scheme}//${hostOf(this.#url)}` : 'null';
  }

  get protocol() {
    return this.#url.scheme;
  }

  set protocol(value) {
    parseInto(this.#url, `${value}:`, 'scheme start');
  }

  get username() {
    return this.#url.username;
  }

  set username(value) {
    if (!cannotHaveCredentials(this.#url)) this.#url.username = encode(String(value).toWellFormed(), USERINFO);
  }

  get password() {
    return this.#url.password;
  }

  set password(value) {
    if (!cannotHaveCredentials(this.#url)) this.#url.password = encode(String(value).toWellFormed(), USERINFO);
  }

  get host() {
    return hostOf(this.#url);
  }

  set host(value) {
    if (Array.isArray(this.#url.path)) this.#setHost(String(value));
  }

  /** A host and maybe a port; one that is wrong after a host that is not leaves that. */
  #setHost(value) {
    if (parseInto(this.#url, value, 'host') || this.#url.scheme === 'file:') return;
    const host = /^(?:\[[^\]]*\]|[^:]*)(?=:)/.exec(value)?.[0];
    if (host !== undefined && host !== '') parseInto(this.#url, host, 'host');
  }

  get hostname() {
    return this.#url.host ?? '';
  }

  set hostname(value) {
    if (Array.isArray(this.#url.path)) parseInto(this.#url, String(value), 'hostname');
  }

  get port() {
    return this.#url.port === null ? '' : String(this.#url.port);
  }

  set port(value) {
    if (cannotHaveCredentials(this.#url)) return;
    if (String(value) === '') this.#url.port = null;
    else parseInto(this.#url, String(value), 'port');
  }

  get pathname() {
    return pathOf(this.#url);
  }

  set pathname(value) {
    if (!Array.isArray(this.#url.path)) return;
    this.#url.path = [];
    parseInto(this.#url, String(value), 'path start');
  }

  get search() {
    const { query } = this.#url;
    return query === null || query === '' ? '' : `?${query}`;
  }

  set search(value) {
    const text = String(value);
    this.#url.query = null;
    if (text !== '') {
      this.#url.query = '';
      parseInto(this.#url, text.startsWith('?') ? text.slice(1) : text, 'query');
    }
    this.#queryChanged();
  }

  get searchParams() {
    if (this.#params === null) {
      this.#params = new URLSearchParams();
      setParams(this.#params, this.#url.query ?? '');
      onParams(this.#params, () => {
        const text = this.#params.toString();
        this.#url.query = text === '' ? null : text;
      });
    }
    return this.#params;
  }

  #queryChanged() {
    if (this.#params !== null) setParams(this.#params, this.#url.query ?? '');
  }

  get hash() {
    const { fragment } = this.#url;
    return fragment === null || fragment === '' ? '' : `#${fragment}`;
  }

  set hash(value) {
    const text = String(value);
    this.#url.fragment = null;
    if (text === '') return;
    this.#url.fragment = '';
    parseInto(this.#url, text.startsWith('#') ? text.slice(1) : text, 'fragment');
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }
}

Object.defineProperty(URL.prototype, Symbol.toStringTag, { value: 'URL', configurable: true });
