// https://fetch.spec.whatwg.org/#fetch-method, over whatever sends a request: in a component
// host/http.js. Each hop of a redirect is a request of its own, so the grant counts for it.
import { isUnasked } from '../promise.js';
import { Content } from './body.js';
import { failureError, thrownAt } from './failures.js';
import { pairsToSend, receivedHeaders } from './headers.js';
import { Request, takeContent } from './request.js';
import { NO_BODY, REDIRECTS, makeResponse } from './response.js';
import { Turns } from './turns.js';

/** As the standard says. */
const MOST_REDIRECTS = 20;

const DEFAULTS = [
  ['accept', '*/*'],
  // Nothing here could undo another encoding.
  ['accept-encoding', 'identity'],
  ['user-agent', 'stormcell'],
];

/** Headers of the body, which a redirect without it leaves out. */
const OF_THE_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'];
/** Headers that are not told another server. */
const OF_THE_SERVER = ['authorization', 'proxy-authorization', 'cookie'];

const latin1 = {
  encode: (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)),
  decode: (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''),
};

/** `fetch`, of requests that `send(request, told)` sends and that may be made if `check()`
 * does not throw. `opened(turns)` is told when there are requests. */
export function makeFetch(send, check = () => {}, opened = () => {}) {
  const turns = new Turns(opened);
  return function fetch(input, init = undefined) {
    let call;
    const { stack } = new Error();
    const promise = new Promise((resolve, reject) => {
      check();
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      call = new Call(request, send, turns, stack, resolve, reject);
    });
    // Whoever does not wait for it wants the request to be made all the same.
    if (call !== undefined) {
      call.keeps = () => isUnasked(promise);
      call.begin();
    }
    return promise;
  };
}

class Call {
  keeps = () => false;
  #request;
  #send;
  #turns;
  /** Where the author has called. */
  #stack;
  #resolve;
  #reject;
  #url;
  #method;
  #pairs;
  #bytes = null;
  #exchange = null;
  #hops = 0;
  #content = null;
  #onAbort;
  #settled = false;

  constructor(request, send, turns, stack, resolve, reject) {
    this.#request = request;
    this.#send = send;
    this.#turns = turns;
    this.#stack = stack;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#url = new URL(request.url);
    this.#method = request.method;
  }

  /** Reads the body of the request, and sends it. */
  begin() {
    const { signal } = this.#request;
    this.#onAbort = () => this.#abort(signal.reason);
    signal.addEventListener('abort', this.#onAbort);
    const content = takeContent(this.#request);
    if (content === null || content.bytes !== null) {
      this.#sendFirst(content?.bytes ?? null);
      return;
    }
    content.all().then(
      (bytes) => this.#sendFirst(bytes),
      (error) => this.#fail(error),
    );
  }

  #sendFirst(bytes) {
    if (this.#settled) return;
    this.#bytes = bytes;
    if (bytes === null && ['POST', 'PUT', 'PATCH'].includes(this.#method)) this.#bytes = new Uint8Array(0);
    try {
      this.#pairs = pairsToSend(this.#request.headers, this.#bytes?.length ?? null);
      this.#turns.begin(this, () => this.#tryHop());
    } catch (error) {
      this.#fail(error);
    }
  }

  #tryHop() {
    try {
      this.#sendHop();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Others need the connection: reads what there is of the response. */
  drain() {
    this.#content?.drain();
  }

  #sendHop() {
    const { protocol, host, pathname, search } = this.#url;
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw new TypeError(`fetch: ${protocol} is not there, only http: and https:`);
    }
    const pairs = [...this.#pairs];
    for (const [name, value] of DEFAULTS) {
      if (!pairs.some((pair) => pair[0] === name)) pairs.push([name, value]);
    }
    if (this.#bytes !== null) pairs.push(['content-length', String(this.#bytes.length)]);
    // It may be over before it is returned, or another has taken its place.
    let isOver = false;
    const exchange = this.#send(
      {
        method: this.#method,
        scheme: protocol.slice(0, -1),
        authority: host,
        path: pathname + search,
        headers: pairs.map(([name, value]) => [name, latin1.encode(value)]),
        body: this.#bytes,
      },
      {
        keeps: () => this.keeps(),
        keepsReading: () => this.#turns.isWaitedFor,
        head: (status, headers, source) => {
          isOver = true;
          this.#head(status, headers, source);
        },
        failed: (failure) => {
          isOver = true;
          this.#fail(this.#failure(failure));
        },
        ended: () => this.#hopEnded(),
      },
    );
    if (!isOver) this.#exchange = exchange;
  }

  /** A failure in the words of wasi:http as an error. */
  #failure(failure) {
    return thrownAt(this.#stack, failureError(failure, this.#url, this.#during()));
  }

  /** Which request it is, for messages: the path may have secrets. */
  #during() {
    const { origin } = new URL(this.#request.url);
    const to = this.#url.origin === origin ? origin : `${this.#url.origin} (to which ${origin} redirects)`;
    return `${this.#method} ${to}`;
  }

  #head(status, headers, source) {
    const pairs = headers.map(([name, value]) => [name.toLowerCase(), latin1.decode(value)]);
    const location = pairs.find(([name]) => name === 'location')?.[1];
    const { redirect } = this.#request;
    if (!REDIRECTS.includes(status) || location === undefined || redirect === 'manual') {
      this.#respond(status, pairs, source);
      return;
    }
    source.end();
    this.#exchange = null;
    try {
      if (redirect === 'error') {
        throw this.#failure({ code: 'redirect', detail: `the server redirects (${status}), and redirect: 'error' refuses that` });
      }
      if (++this.#hops > MOST_REDIRECTS) {
        throw this.#failure({ code: 'too-many-redirects', detail: `more than ${MOST_REDIRECTS} redirects` });
      }
      this.#follow(status, location);
      this.#sendHop();
    } catch (error) {
      this.#fail(error);
    }
  }

  #follow(status, location) {
    const before = this.#url;
    const next = URL.canParse(location, before) ? new URL(location, before) : null;
    if (next === null || !['http:', 'https:'].includes(next.protocol)) {
      throw this.#failure({ code: 'invalid-redirect', detail: 'the server redirects to what is no URL of http or https' });
    }
    if (next.hash === '') next.hash = before.hash;
    this.#url = next;
    const isPost = (status === 301 || status === 302) && this.#method === 'POST';
    const isOther = status === 303 && !['GET', 'HEAD'].includes(this.#method);
    const left = next.origin === before.origin ? [] : OF_THE_SERVER;
    if (isPost || isOther) {
      this.#method = 'GET';
      this.#bytes = null;
      left.push(...OF_THE_BODY);
    }
    this.#pairs = this.#pairs.filter(([name]) => !left.includes(name));
  }

  #respond(status, pairs, source) {
    const headers = receivedHeaders(pairs);
    let content = null;
    this.#settled = true;
    if (this.#method === 'HEAD' || NO_BODY.includes(status)) source.end();
    else {
      const encoding = headers.get('content-encoding');
      const isPlain = encoding === null || /^\s*(?:identity)?\s*$/i.test(encoding);
      const explain = (failure) => (failure instanceof Error ? thrownAt(this.#stack, failure) : this.#failure(failure));
      content = new Content(null, isPlain ? source : refusing(source, encoding), explain);
    }
    this.#content = content;
    if (this.#turns.isShared) this.drain();
    const url = new URL(this.#url);
    url.hash = '';
    this.#resolve(makeResponse({ content, type: 'basic', url: url.href, redirected: this.#hops > 0, status, headers }));
  }

  #fail(error) {
    if (this.#settled) return;
    this.#settled = true;
    this.#exchange = null;
    this.#forgetSignal();
    this.#turns.over(this);
    this.#reject(error);
  }

  /** A request is over; unless it was redirected, so is the call. */
  #hopEnded() {
    if (!this.#settled) return;
    this.#forgetSignal();
    this.#turns.over(this);
  }

  /** Signals live longer than requests. */
  #forgetSignal() {
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }

  /** Ends the request, or the reading of the response's body. */
  #abort(reason) {
    this.#exchange?.end();
    this.#content?.abort(reason);
    this.#fail(reason);
  }
}

/** The body of a response that is compressed: whoever reads it is told. */
function refusing(source, encoding) {
  return {
    read() {
      source.end();
      throw new TypeError(
        `fetch: the body of the response is compressed (content-encoding: ${encoding}), which a component cannot undo: leave the header accept-encoding out of the request`,
      );
    },
    whenReady: (work) => source.whenReady(work),
    end: () => source.end(),
  };
}
