// What Request and Response have in common: https://fetch.spec.whatwg.org/#body-mixin.
import { decodeUtf8, encodeUtf8 } from '../utf8.js';
import { thrownAt } from './failures.js';
import { typeName } from './names.js';

/** Bytes of a body, and where those come from that are not there yet. Clones share it. */
export class Content {
  /** `source`: `read()` returns bytes, null at the end, or undefined for later, when
   * `whenReady(work)` calls; `end()` says that no more is read. `explain(failure)` makes an
   * error of what `read` throws. */
  constructor(bytes, source = null, explain = null) {
    this.bytes = bytes;
    this.source = source;
    this.explain = explain;
    this.error = undefined;
    this.isShared = false;
    this.isStreamed = false;
    this.collecting = null;
  }

  /** Reads it to its end, for whoever asks for it later, unless somebody reads it already. */
  drain() {
    if (this.bytes === null && this.collecting === null && !this.isStreamed) this.all().catch(() => {});
  }

  /** Calls `done` with a chunk, null at the end; or `failed`. */
  next(done, failed) {
    const step = () => {
      let chunk;
      try {
        chunk = this.source.read();
      } catch (failure) {
        this.fail(failure);
        failed(this.error);
        return;
      }
      if (chunk === undefined) this.source.whenReady(step);
      else done(chunk);
    };
    this.isStreamed = true;
    if (this.error !== undefined) failed(this.error);
    else step();
  }

  fail(failure) {
    this.error ??= this.explain(failure);
  }

  /** Nobody reads on, for this reason. */
  abort(reason) {
    if (this.bytes !== null || this.error !== undefined) return;
    this.error = reason;
    this.source.end();
    this.collecting?.reject(reason);
  }

  /** A promise of all bytes. */
  all() {
    if (this.bytes !== null) return Promise.resolve(this.bytes);
    if (this.collecting === null) {
      this.collecting = {};
      this.collecting.promise = new Promise((resolve, reject) => {
        this.collecting.reject = reject;
        this.collect(resolve, reject);
      });
    }
    return this.collecting.promise;
  }

  collect(resolve, reject) {
    const chunks = [];
    // A loop where it can be: there may be thousands of chunks.
    const step = () => {
      try {
        if (this.error !== undefined) throw this.error;
        for (;;) {
          const chunk = this.source.read();
          if (chunk === undefined) {
            this.source.whenReady(step);
            return;
          }
          if (chunk === null) break;
          chunks.push(chunk);
        }
      } catch (failure) {
        this.fail(failure);
        reject(this.error);
        return;
      }
      this.bytes = joined(chunks);
      resolve(this.bytes);
    };
    step();
  }
}

function joined(chunks) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

const ADVICE = {
  ReadableStream: 'collect it first: a component has no streams',
  FormData: 'a component has no FormData: use URLSearchParams, or write the multipart body yourself',
  Blob: 'a component has no Blob: use its bytes',
  Promise: 'await it first',
  Object: 'use JSON.stringify',
  Array: 'use JSON.stringify',
  Map: 'use JSON.stringify(Object.fromEntries(...))',
};

/** The bytes of what a request or a response is made with, and the type that this says. */
export function bytesOf(value, what) {
  if (typeof value === 'string') return { bytes: encodeUtf8(value), type: 'text/plain;charset=UTF-8' };
  if (ArrayBuffer.isView(value)) {
    return { bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice(), type: null };
  }
  if (value instanceof ArrayBuffer) return { bytes: new Uint8Array(value).slice(), type: null };
  const name = typeName(value);
  if (name === 'URLSearchParams') {
    return { bytes: encodeUtf8(String(value)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return bytesOf(String(value), what);
  throw new TypeError(`${what}: body: expected text, bytes or URLSearchParams, got ${name}${ADVICE[name] ? `: ${ADVICE[name]}` : ''}`);
}

export class Body {
  /** What it has; null: no body. */
  #content;
  #used = false;
  #stream = null;

  /** For the classes of this folder: the content, shared with a clone. */
  static share(body, what) {
    if (body.#used) throw new TypeError(`${what}: the body has been read already`);
    if (body.#content !== null) body.#content.isShared = true;
    return body.#content;
  }

  /** For the classes of this folder: the content, and nobody else reads it. */
  static take(body, what) {
    if (body.#used) throw new TypeError(`${what}: the body has been read already`);
    body.#used = body.#content !== null;
    return body.#content;
  }

  constructor(content) {
    this.#content = content;
  }

  get bodyUsed() {
    return this.#used;
  }

  /** As much of a ReadableStream as reads what is there. */
  get body() {
    if (this.#content === null) return null;
    this.#stream ??= new BodyStream(this.#content, () => this.#used, () => {
      this.#used = true;
    });
    return this.#stream;
  }

  #consume(method, make) {
    if (this.#used) return Promise.reject(new TypeError(`${method}: the body has been read already; read it once, or clone() before`));
    if (this.#content === null) return new Promise((resolve) => resolve(make(new Uint8Array(0))));
    this.#used = true;
    const { stack } = new Error();
    return this.#content.all().then((bytes) => {
      try {
        return make(bytes);
      } catch (error) {
        throw thrownAt(stack, error);
      }
    });
  }

  bytes() {
    return this.#consume('bytes', (bytes) => bytes.slice());
  }

  arrayBuffer() {
    return this.#consume('arrayBuffer', (bytes) => bytes.slice().buffer);
  }

  text() {
    return this.#consume('text', textOfBytes);
  }

  json() {
    return this.#consume('json', (bytes) => JSON.parse(textOfBytes(bytes)));
  }

  blob() {
    return Promise.reject(new TypeError('blob: a component has no Blob: use bytes() or arrayBuffer()'));
  }

  formData() {
    return Promise.reject(new TypeError('formData: a component has no FormData: use text()'));
  }
}

/** The two functions are for the classes of this folder, and not for authors. */
export const { share, take } = Body;
delete Body.share;
delete Body.take;

function textOfBytes(bytes) {
  const text = decodeUtf8(bytes);
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

const NO_STREAMS = 'a component has no streams: use text(), json(), bytes() or getReader()';

class BodyStream {
  #content;
  #isUsed;
  #use;

  constructor(content, isUsed, use) {
    this.#content = content;
    this.#isUsed = isUsed;
    this.#use = use;
  }

  get locked() {
    return this.#isUsed();
  }

  getReader() {
    if (this.#isUsed()) throw new TypeError('getReader: the body is being read, or has been');
    this.#use();
    return new Reader(this.#content);
  }

  cancel() {
    this.#use();
    if (!this.#content.isShared) this.#content.source?.end();
    return Promise.resolve();
  }

  [Symbol.asyncIterator]() {
    const reader = this.getReader();
    return {
      next: () => reader.read(),
      return: (value) => reader.cancel().then(() => ({ done: true, value })),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  tee() {
    throw new TypeError(`tee: ${NO_STREAMS}, or clone() the response`);
  }

  pipeTo() {
    return Promise.reject(new TypeError(`pipeTo: ${NO_STREAMS}`));
  }

  pipeThrough() {
    throw new TypeError(`pipeThrough: ${NO_STREAMS}`);
  }
}

class Reader {
  #content;
  #ended = false;

  constructor(content) {
    this.#content = content;
  }

  read() {
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const content = this.#content;
    // What a clone may read as well, or is read already, is read as a whole.
    if (content.isShared || content.bytes !== null || content.collecting !== null) {
      this.#ended = true;
      return content.all().then((bytes) => (bytes.length > 0 ? { done: false, value: bytes.slice() } : { done: true, value: undefined }));
    }
    return new Promise((resolve, reject) => {
      content.next((chunk) => {
        this.#ended = chunk === null;
        resolve(chunk === null ? { done: true, value: undefined } : { done: false, value: chunk });
      }, reject);
    });
  }

  cancel() {
    this.#ended = true;
    if (!this.#content.isShared) this.#content.source?.end();
    return Promise.resolve();
  }

  releaseLock() {}
}
