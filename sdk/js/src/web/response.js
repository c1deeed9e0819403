// https://fetch.spec.whatwg.org/#response-class.
import { Body, Content, bytesOf, share } from './body.js';
import { Headers } from './headers.js';

/** Statuses of responses that have no body. */
export const NO_BODY = [101, 103, 204, 205, 304];
export const REDIRECTS = [301, 302, 303, 307, 308];

/** Makes what only fetch makes: a response of a server, or one of an error. */
let make;

export class Response extends Body {
  #type = 'default';
  #url = '';
  #redirected = false;
  #status;
  #statusText;
  #headers;

  static {
    make = ({ content, type, url = '', redirected = false, status, statusText = '', headers }) => {
      const response = new Response(MADE, { content });
      response.#type = type;
      response.#url = url;
      response.#redirected = redirected;
      response.#status = status;
      response.#statusText = statusText;
      response.#headers = headers;
      return response;
    };
  }

  constructor(body = null, init = {}) {
    const settings = init ?? {};
    if (body === MADE) {
      super(settings.content);
      return;
    }
    const status = settings.status === undefined ? 200 : Math.trunc(Number(settings.status));
    if (!(status >= 200 && status <= 599)) throw new RangeError(`Response: status: expected 200 to 599, got ${String(settings.status)}`);
    const statusText = settings.statusText === undefined ? '' : String(settings.statusText);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(statusText)) throw new TypeError('Response: statusText has a character that it may not have');
    const headers = new Headers(settings.headers);
    let content = null;
    if (body !== null && body !== undefined) {
      if (NO_BODY.includes(status)) throw new TypeError(`Response: one with status ${status} has no body`);
      const { bytes, type } = bytesOf(body, 'Response');
      content = new Content(bytes);
      if (type !== null && !headers.has('content-type')) headers.set('content-type', type);
    }
    super(content);
    this.#status = status;
    this.#statusText = statusText;
    this.#headers = headers;
  }

  get type() {
    return this.#type;
  }

  get url() {
    return this.#url;
  }

  get redirected() {
    return this.#redirected;
  }

  get status() {
    return this.#status;
  }

  get ok() {
    return this.#status >= 200 && this.#status <= 299;
  }

  get statusText() {
    return this.#statusText;
  }

  get headers() {
    return this.#headers;
  }

  clone() {
    return make({
      content: share(this, 'clone'),
      type: this.#type,
      url: this.#url,
      redirected: this.#redirected,
      status: this.#status,
      statusText: this.#statusText,
      headers: this.#type === 'default' ? new Headers(this.#headers) : this.#headers,
    });
  }

  static error() {
    return make({ content: null, type: 'error', status: 0, headers: new Headers() });
  }

  static redirect(url, status = 302) {
    const { href } = new URL(url);
    if (!REDIRECTS.includes(status)) throw new RangeError(`Response.redirect: ${String(status)} is not the status of a redirect`);
    return new Response(null, { status, headers: { location: href } });
  }

  static json(data, init = {}) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Response.json: expected a value that JSON can say');
    const headers = new Headers(init?.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new Response(text, { ...init, headers });
  }
}

const MADE = Symbol('made by fetch');

Object.defineProperty(Response.prototype, Symbol.toStringTag, { value: 'Response', configurable: true });

export { make as makeResponse };
