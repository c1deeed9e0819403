// Requests over wasi:http, one at a time and without waiting: whoever sends one is told
// later. Only components that call servers have this file in them.
import handler from 'late:http/outgoing-handler@0.2.6';
import types from 'late:http/types@0.2.6';

/** Bytes that are read of a body at a time. */
const CHUNK = 64 * 1024;

const METHODS = ['get', 'head', 'post', 'put', 'delete', 'options', 'patch'];

const dispose = (resource) => resource?.[Symbol.dispose]();

/** The case of a variant that an import has thrown: `HTTP-request-denied` and the like. */
function caseOf(error) {
  const { tag, val } = error?.payload ?? {};
  if (typeof tag !== 'string') throw error;
  return { code: tag, detail: val };
}

/**
 * Sends a request: `{ method, scheme, authority, path, headers, body }`, with headers as
 * pairs of a name and bytes, and as body bytes or null.
 *
 * `told` has `keeps()`, whether the unit of work waits for it in any case, and
 * `keepsReading()`, the same of its body; `head(status, headers, source)` or
 * `failed({ code, detail })`, in the words of wasi:http; and `ended()`, when nothing of it is
 * left in the host. `source.read()` returns bytes, null at the end, or undefined if none are
 * there yet: then `source.whenReady(work)`. It throws `{ code, detail }`.
 */
export class Exchange {
  #waiting;
  #told;
  #future = null;
  #outgoing = null;
  #output = null;
  #body;
  #sent = 0;
  #response = null;
  #incoming = null;
  #input = null;
  #entries = new Set();
  #over = false;

  constructor(waiting, request, told) {
    this.#waiting = waiting;
    this.#told = told;
    this.#body = request.body;
    waiting.opened(this);
    try {
      this.#start(request);
      if (this.#output !== null) this.#write();
      this.#look();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The unit of work is over, or nobody needs the rest. Nobody is told. */
  end() {
    if (this.#over) return;
    this.#over = true;
    for (const entry of this.#entries) this.#waiting.drop(entry);
    this.#entries.clear();
    // Children first: the host keeps what others are made of.
    for (const resource of [this.#input, this.#incoming, this.#response, this.#output, this.#outgoing, this.#future]) {
      dispose(resource);
    }
    this.#input = this.#incoming = this.#response = this.#output = this.#outgoing = this.#future = null;
    this.#body = null;
    this.#waiting.closed(this);
    this.#told.ended();
  }

  #start({ method, scheme, authority, path, headers, body }) {
    const request = new types.OutgoingRequest(types.Fields.fromList(headers));
    const name = method.toLowerCase();
    request.setMethod(METHODS.includes(name) && method === name.toUpperCase() ? { tag: name } : { tag: 'other', val: method });
    request.setScheme({ tag: scheme.toUpperCase() });
    request.setAuthority(authority);
    request.setPathWithQuery(path);
    if (body !== null) {
      this.#outgoing = request.body();
      this.#output = this.#outgoing.write();
    }
    this.#future = handler.handle(request, null);
  }

  #on(pollable, work, keeps) {
    const entry = this.#waiting.on(
      pollable,
      () => {
        this.#entries.delete(entry);
        if (!this.#over) work();
      },
      keeps,
    );
    this.#entries.add(entry);
  }

  /** Writes as much of the body as there is room for, and the rest later. */
  #write() {
    try {
      while (this.#sent < this.#body.length) {
        const room = Number(this.#output.checkWrite());
        if (room === 0) {
          this.#on(this.#output.subscribe(), () => this.#write(), this.#told.keeps);
          return;
        }
        const chunk = this.#body.slice(this.#sent, this.#sent + room);
        this.#output.write(chunk);
        this.#sent += chunk.length;
      }
      dispose(this.#output);
      this.#output = null;
      const outgoing = this.#outgoing;
      this.#outgoing = null;
      types.OutgoingBody.finish(outgoing, null);
    } catch {
      // The server takes no more: the response says why, or its error does.
      dispose(this.#output);
      dispose(this.#outgoing);
      this.#output = this.#outgoing = null;
    }
  }

  /** Looks whether the head of the response is there. */
  #look() {
    try {
      const found = this.#future.get();
      if (found === null) {
        this.#on(this.#future.subscribe(), () => this.#look(), this.#told.keeps);
        return;
      }
      const { tag, val } = found.val;
      if (tag === 'err') {
        this.#tell({ code: val.tag, detail: val.val });
        return;
      }
      this.#response = val;
      const fields = val.headers();
      const headers = fields.entries();
      dispose(fields);
      this.#incoming = val.consume();
      this.#input = this.#incoming.stream();
      this.#told.head(val.status(), headers, this);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    this.#tell(caseOf(error));
  }

  #tell(failure) {
    const told = this.#told;
    this.end();
    told.failed(failure);
  }

  read() {
    if (this.#over) throw { code: 'ended' };
    let chunk;
    try {
      chunk = this.#input.read(CHUNK);
    } catch (error) {
      const failure = failureOfStream(error);
      this.end();
      if (failure === null) return null;
      throw failure;
    }
    return chunk.length > 0 ? chunk : undefined;
  }

  whenReady(work) {
    this.#on(this.#input.subscribe(), work, this.#told.keepsReading);
  }
}

/** What a stream of a response came to; null: its end. */
function failureOfStream(error) {
  const { code, detail } = caseOf(error);
  if (code === 'closed') return null;
  const why = types.httpErrorCode(detail);
  dispose(detail);
  return why === null ? { code: 'connection-terminated' } : { code: why.tag, detail: why.val };
}
