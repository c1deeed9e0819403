// Globals of a component that calls servers or waits, for projects that have them neither of
// TypeScript's library `dom` nor of `@types/node`: there,
//
//   /// <reference types="stormcell/globals" />
//
// What is not here is not in a component: streams, Blob, forms with files.

type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;
type BodyInit = string | Uint8Array | ArrayBuffer | ArrayBufferView | URLSearchParams;

/** Names are those of the standard, in any case. Several values of a name are one, joined by
 * a comma; those of `set-cookie` are not. */
declare class Headers implements Iterable<[string, string]> {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  forEach(work: (value: string, name: string, headers: Headers) => void, self?: unknown): void;
  entries(): Generator<[string, string], void, undefined>;
  keys(): Generator<string, void, undefined>;
  values(): Generator<string, void, undefined>;
  [Symbol.iterator](): Generator<[string, string], void, undefined>;
}

/** As much of a ReadableStream as reads what is there. */
interface BodyStream extends AsyncIterable<Uint8Array> {
  readonly locked: boolean;
  getReader(): {
    read(): Promise<{ done: false; value: Uint8Array } | { done: true; value: undefined }>;
    cancel(): Promise<void>;
    releaseLock(): void;
  };
  cancel(): Promise<void>;
}

/** What requests and responses have in common. A body is read once, in the call of the
 * component that made the request. */
interface Body {
  readonly body: BodyStream | null;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  json(): Promise<any>;
  text(): Promise<string>;
}

interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  /** Anything else is refused: an object is meant as JSON, so say `JSON.stringify`. */
  body?: BodyInit | null;
  /** Default `follow`, 20 times at most; the grant counts for each server on the way. */
  redirect?: 'follow' | 'manual' | 'error';
  signal?: AbortSignal | null;
  /** There are no cookies, no cache and no pages: these change nothing. */
  credentials?: 'omit' | 'same-origin' | 'include';
  cache?: 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache';
  keepalive?: boolean;
  mode?: 'cors';
}

declare class Request implements Body {
  constructor(input: string | URL | Request, init?: RequestInit);
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: 'follow' | 'manual' | 'error';
  readonly signal: AbortSignal;
  clone(): Request;
}
declare interface Request extends Body {}

declare class Response implements Body {
  constructor(body?: BodyInit | null, init?: { status?: number; statusText?: string; headers?: HeadersInit });
  static error(): Response;
  static json(data: unknown, init?: { status?: number; statusText?: string; headers?: HeadersInit }): Response;
  static redirect(url: string | URL, status?: number): Response;
  readonly headers: Headers;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  readonly redirected: boolean;
  readonly status: number;
  /** Empty in a response of a server. */
  readonly statusText: string;
  readonly type: 'basic' | 'default' | 'error';
  readonly url: string;
  clone(): Response;
}
declare interface Response extends Body {}

/** Calls a server, if the grant `http` names it. Rejects with a TypeError if it does not, or
 * if no response comes; a response of any status is a response. */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;

declare class Event {
  constructor(type: string, init?: { bubbles?: boolean; cancelable?: boolean });
  readonly type: string;
  readonly target: EventTarget | null;
  readonly currentTarget: EventTarget | null;
  readonly defaultPrevented: boolean;
  preventDefault(): void;
  stopImmediatePropagation(): void;
}

type EventListener = ((event: Event) => void) | { handleEvent(event: Event): void };

declare class EventTarget {
  addEventListener(type: string, listener: EventListener | null, options?: boolean | { once?: boolean; signal?: AbortSignal }): void;
  removeEventListener(type: string, listener: EventListener | null): void;
  dispatchEvent(event: Event): boolean;
}

declare class AbortSignal extends EventTarget {
  private constructor();
  static abort(reason?: unknown): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  /** Aborted after so many milliseconds, with a DOMException `TimeoutError`. */
  static timeout(milliseconds: number): AbortSignal;
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((event: Event) => void) | null;
  throwIfAborted(): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/** Runs once, after so many milliseconds, if something waits for it: a timer that nothing
 * waits for is dropped when `process` is over. */
declare function setTimeout<T extends unknown[]>(work: (...values: T) => void, milliseconds?: number, ...values: T): number;
declare function clearTimeout(timer: number | undefined): void;
declare function setInterval<T extends unknown[]>(work: (...values: T) => void, milliseconds?: number, ...values: T): number;
declare function clearInterval(timer: number | undefined): void;
declare function setImmediate<T extends unknown[]>(work: (...values: T) => void, ...values: T): number;
declare function clearImmediate(timer: number | undefined): void;
declare function queueMicrotask(work: () => void): void;

/** https://url.spec.whatwg.org */
declare class URL {
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  hash: string;
  host: string;
  hostname: string;
  href: string;
  readonly origin: string;
  password: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  username: string;
  toString(): string;
  toJSON(): string;
}

declare class URLSearchParams implements Iterable<[string, string]> {
  constructor(init?: string | Iterable<readonly [string, string]> | Record<string, string>);
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(work: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void;
  entries(): Generator<[string, string], void, undefined>;
  keys(): Generator<string, void, undefined>;
  values(): Generator<string, void, undefined>;
  toString(): string;
  [Symbol.iterator](): Generator<[string, string], void, undefined>;
}

declare class TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}

/** UTF-8 only. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
