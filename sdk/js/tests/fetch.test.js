// fetch over a sender of the test, as a component has it over its host.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AbortController, AbortSignal, timeoutsWith } from '../src/web/abort.js';
import { EventTarget } from '../src/web/events.js';
import { makeFetch } from '../src/web/fetch.js';
import { Headers } from '../src/web/headers.js';
import { Request } from '../src/web/request.js';
import { Response } from '../src/web/response.js';

const utf8 = new TextDecoder();
const bytes = (text) => new TextEncoder().encode(text);

/** A fetch whose requests are answered by `answer(request)`: `{ status, headers, chunks }`,
 * `{ failure }` or null for never. `requests` are those that were sent. */
function serving(answer) {
  const requests = [];
  const ended = [];
  const fetch = makeFetch((request, told) => {
    const sent = {
      method: request.method,
      url: `${request.scheme}://${request.authority}${request.path}`,
      headers: Object.fromEntries(request.headers.map(([name, value]) => [name, utf8.decode(value)])),
      body: request.body === null ? null : utf8.decode(request.body),
    };
    requests.push(sent);
    const found = answer(sent);
    const end = () => {
      ended.push(sent.url);
      told.ended();
    };
    if (found?.failure) told.failed(found.failure);
    else if (found !== null) {
      // A chunk that is undefined comes later.
      const chunks = [...(found.chunks ?? [])];
      const source = {
        read() {
          const chunk = chunks.length === 0 ? null : chunks.shift();
          if (chunk instanceof Uint8Array || chunk === undefined) return chunk;
          told.ended();
          if (chunk === null) return null;
          throw chunk;
        },
        whenReady: (work) => queueMicrotask(work),
        end,
      };
      const headers = Object.entries(found.headers ?? {}).flatMap(([name, value]) => [value].flat().map((one) => [name, bytes(one)]));
      told.head(found.status ?? 200, headers, source);
    }
    return { end };
  });
  return { fetch, requests, ended };
}

test('a request has what it was given and what every request has', async () => {
  const { fetch, requests } = serving(() => ({ chunks: [bytes('ok')] }));
  await fetch('http://h:81/a b?c#d', { headers: { 'X-A': '1' } });
  await fetch(new URL('https://h/'), { method: 'post', body: 'é' });
  await fetch(new Request('http://h/', { method: 'PATCH', headers: [['accept', 'a'], ['accept', 'b']] }));
  const all = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'stormcell' };
  assert.deepEqual(requests, [
    { method: 'GET', url: 'http://h:81/a%20b?c', headers: { ...all, 'x-a': '1' }, body: null },
    { method: 'POST', url: 'https://h/', headers: { ...all, 'content-type': 'text/plain;charset=UTF-8', 'content-length': '2' }, body: 'é' },
    { method: 'PATCH', url: 'http://h/', headers: { ...all, accept: 'a, b', 'content-length': '0' }, body: '' },
  ]);
});

test('a response is read in each way, once', async () => {
  const { fetch } = serving(() => ({
    status: 201,
    headers: { 'Content-Type': 'application/json', 'set-cookie': ['a=1', 'b=2'], 'x-y': ['1', '2'] },
    chunks: [bytes('\ufeff{"a":'), undefined, bytes('"é"}')],
  }));
  const response = await fetch('http://h/x#y');
  assert.deepEqual([response.status, response.ok, response.url, response.redirected, response.type], [201, true, 'http://h/x', false, 'basic']);
  assert.deepEqual([...response.headers], [['content-type', 'application/json'], ['set-cookie', 'a=1'], ['set-cookie', 'b=2'], ['x-y', '1, 2']]);
  assert.throws(() => response.headers.set('a', 'b'), /cannot be changed/);
  const copy = response.clone();
  assert.deepEqual(await response.json(), { a: 'é' });
  assert.equal(response.bodyUsed, true);
  await assert.rejects(response.text(), /has been read already/);
  assert.throws(() => response.clone(), /has been read already/);
  assert.equal(await copy.text(), '{"a":"é"}');
  assert.equal((await (await fetch('http://h/')).bytes()).length, 13);
  assert.equal((await (await fetch('http://h/')).arrayBuffer()).byteLength, 13);
  const lengths = [];
  for await (const chunk of (await fetch('http://h/')).body) lengths.push(chunk.length);
  assert.deepEqual(lengths, [8, 5]);
  const reader = (await fetch('http://h/')).body.getReader();
  assert.equal((await reader.read()).value.length, 8);
  await reader.cancel();
  assert.deepEqual(await reader.read(), { done: true, value: undefined });
});

test('some responses have no body, and their request is over', async () => {
  const { fetch, ended } = serving(({ url }) => ({ status: Number(url.slice(-3)), chunks: [bytes('x')] }));
  assert.equal((await fetch('http://h/204')).body, null);
  assert.equal((await fetch('http://h/200', { method: 'HEAD' })).body, null);
  assert.equal(await (await fetch('http://h/404')).text(), 'x');
  assert.deepEqual(ended, ['http://h/204', 'http://h/200']);
});

test('redirects change method, body and headers as the standard says', async () => {
  const { fetch, requests } = serving(({ url }) => {
    const status = Number(/\d+$/.exec(url)?.[0]);
    return status ? { status, headers: { location: url.includes('other') ? 'http://elsewhere/end' : '/end' } } : {};
  });
  const init = (method) => ({ method, body: 'x', headers: { authorization: 'secret', 'x-a': '1' } });
  const seen = async (url, method) => {
    requests.length = 0;
    const response = await fetch(url, init(method));
    const { method: last, body, headers, url: at } = requests.at(-1);
    return [response.redirected, last, body, at, headers.authorization, headers['x-a'], headers['content-type']];
  };
  const type = 'text/plain;charset=UTF-8';
  assert.deepEqual(await seen('http://h/301', 'POST'), [true, 'GET', null, 'http://h/end', 'secret', '1', undefined]);
  assert.deepEqual(await seen('http://h/302', 'PUT'), [true, 'PUT', 'x', 'http://h/end', 'secret', '1', type]);
  assert.deepEqual(await seen('http://h/303', 'PUT'), [true, 'GET', null, 'http://h/end', 'secret', '1', undefined]);
  assert.deepEqual(await seen('http://h/307', 'POST'), [true, 'POST', 'x', 'http://h/end', 'secret', '1', type]);
  assert.deepEqual(await seen('http://h/other/308', 'POST'), [true, 'POST', 'x', 'http://elsewhere/end', undefined, '1', type]);
  const manual = await fetch('http://h/302', { redirect: 'manual' });
  assert.deepEqual([manual.status, manual.headers.get('location'), manual.redirected], [302, '/end', false]);
});

test('redirects that lead nowhere are errors', async () => {
  const { fetch } = serving(({ url }) => ({ status: 302, headers: { location: url.endsWith('loop') ? url : url.endsWith('file') ? 'file:///etc' : 'http://' } }));
  for (const [path, code] of [['loop', 'too-many-redirects'], ['file', 'invalid-redirect'], ['none', 'invalid-redirect']]) {
    await assert.rejects(fetch(`http://h/${path}`), (error) => error instanceof TypeError && error.cause.code === code);
  }
  await assert.rejects(fetch('http://h/loop', { redirect: 'error' }), /fetch failed/);
});

test('failures of the network are what packages know, and say what happened', async () => {
  const { fetch } = serving(({ url }) => ({ failure: { code: url.slice(9) } }));
  await assert.rejects(fetch('http://h/connection-refused'), (error) => {
    assert.deepEqual([error.name, error.message, error.cause.code], ['TypeError', 'fetch failed', 'ECONNREFUSED']);
    assert.match(error.cause.message, /GET http:\/\/h: the connection was refused/);
    // Where the author has called, not where the answer came.
    assert.match(error.stack, /^TypeError: fetch failed\n[^]*fetch\.test\.js/);
    return true;
  });
  await assert.rejects(fetch('http://h/HTTP-request-denied', { method: 'DELETE' }), (error) => {
    assert.match(error.message, /DELETE http:\/\/h was refused: .*grants: \{ http: \{ hosts: \["http:\/\/h"\] \} \}/);
    return error instanceof TypeError && error.cause === undefined;
  });
  await assert.rejects(fetch('http://h/loop-detected'), (error) => error.cause.code === 'loop-detected');
  const broken = serving(() => ({ chunks: [bytes('a'), undefined, { code: 'HTTP-response-incomplete' }] }));
  const response = await broken.fetch('http://h/');
  await assert.rejects(response.text(), (error) => error.cause.code === 'ECONNRESET');
});

test('an abort ends the request or the reading of its body, with its reason', async () => {
  const { fetch, ended } = serving(({ url }) => (url.endsWith('never') ? null : { chunks: [undefined, bytes('x')] }));
  const controller = new AbortController();
  const pending = fetch('http://h/never', { signal: controller.signal });
  controller.abort(new Error('enough'));
  await assert.rejects(pending, /^Error: enough$/);
  await assert.rejects(fetch('http://h/', { signal: controller.signal }), /^Error: enough$/);
  const second = new AbortController();
  const response = await fetch('http://h/', { signal: second.signal });
  const text = response.text();
  second.abort();
  await assert.rejects(text, { name: 'AbortError' });
  assert.deepEqual(ended, ['http://h/never', 'http://h/']);
});

test('a signal does not keep what it was given for', async () => {
  const { signal } = new AbortController();
  let listening = 0;
  const add = signal.addEventListener;
  const remove = signal.removeEventListener;
  signal.addEventListener = (...given) => (listening++, add.apply(signal, given));
  signal.removeEventListener = (...given) => (listening--, remove.apply(signal, given));
  const { fetch } = serving(() => ({ status: 204 }));
  await fetch('http://h/', { signal });
  await assert.rejects(serving(() => ({ failure: { code: 'DNS-error' } })).fetch('http://h/', { signal }));
  assert.equal(listening, 0);
});

test('what a request cannot mean is refused', async () => {
  const { fetch, requests } = serving(() => ({}));
  const bad = (init) => fetch('http://h/', init);
  for (const [init, text] of [
    [{ body: {}, method: 'POST' }, /got Object: use JSON.stringify/],
    [{ body: [1], method: 'POST' }, /got Array: use JSON.stringify/],
    [{ body: Promise.resolve('x'), method: 'POST' }, /got Promise: await it first/],
    [{ body: new FormData(), method: 'POST' }, /got FormData/],
    [{ body: new Blob(['x']), method: 'POST' }, /got Blob/],
    [{ body: 'x' }, /GET has no body/],
    [{ mode: 'same-origin' }, /has no origin/],
    [{ cache: 'only-if-cached' }, /no cache/],
    [{ cache: 'sometimes' }, /expected default/],
    [{ credentials: 'all' }, /expected omit/],
    [{ redirect: 'maybe' }, /expected follow/],
    [{ referrer: 'http://x/' }, /header referer/],
    [{ agent: {} }, /host makes the connections/],
    [{ method: 'a b' }, /not a method/],
    [{ headers: { 'a b': '1' } }, /not the name of a header/],
    [{ headers: { a: 'x\ny' } }, /may have at 1/],
    [{ headers: { a: undefined } }, /"a" is undefined/],
    [{ headers: { 'transfer-encoding': 'chunked' } }, /of the connection/],
    [{ headers: { 'content-length': '7' } }, /body has 0 bytes/],
  ]) {
    await assert.rejects(bad(init), (error) => error instanceof TypeError && text.test(error.message), String(text));
  }
  for (const url of ['/x', 'ftp://h/', 'http://u:p@h/', 'nothing']) await assert.rejects(fetch(url), TypeError);
  assert.equal(requests.length, 0);
  for (const init of [{ credentials: 'include' }, { cache: 'no-store' }, { keepalive: true }, { duplex: 'half' }, { mode: 'cors' }, { priority: 'low' }, { referrer: '' }, { headers: { connection: 'keep-alive', 'content-length': '0' } }]) {
    await bad(init);
  }
});

test('a compressed body is refused by whoever reads it', async () => {
  const { fetch } = serving(() => ({ headers: { 'content-encoding': 'gzip' }, chunks: [bytes('x')] }));
  const response = await fetch('http://h/', { headers: { 'accept-encoding': 'gzip' } });
  await assert.rejects(response.text(), /compressed \(content-encoding: gzip\)/);
});

test('headers are as the standard says', () => {
  for (const Class of [Headers, globalThis.Headers]) {
    const headers = new Class([['B', '2'], ['a', ' 1 '], ['b', '3']]);
    headers.append('Set-Cookie', 'x');
    headers.append('set-cookie', 'y');
    headers.set('c', 'é');
    assert.deepEqual([...headers], [['a', '1'], ['b', '2, 3'], ['c', 'é'], ['set-cookie', 'x'], ['set-cookie', 'y']]);
    assert.deepEqual([headers.get('B'), headers.get('x'), headers.has('A'), headers.getSetCookie()], ['2, 3', null, true, ['x', 'y']]);
    headers.delete('B');
    assert.deepEqual([...headers.keys()], ['a', 'c', 'set-cookie', 'set-cookie']);
    assert.throws(() => headers.append('a', '日'), TypeError);
  }
});

test('requests and responses are made and copied as the standard says', async () => {
  for (const [Req, Res] of [[Request, Response], [globalThis.Request, globalThis.Response]]) {
    const request = new Req('http://h/', { method: 'put', body: new URLSearchParams({ a: 'b c' }) });
    const copy = request.clone();
    const changed = new Req(request, { method: 'POST' });
    assert.deepEqual([request.bodyUsed, changed.method, await changed.text(), await copy.text()], [true, 'POST', 'a=b+c', 'a=b+c']);
    assert.match(copy.headers.get('content-type'), /^application\/x-www-form-urlencoded/);
    const response = Res.json({ a: 1 }, { status: 202 });
    assert.deepEqual([response.status, response.headers.get('content-type'), await response.json()], [202, 'application/json', { a: 1 }]);
    assert.equal(Res.redirect('http://h/x').headers.get('location'), 'http://h/x');
    assert.equal(Res.error().type, 'error');
    assert.throws(() => new Res('x', { status: 204 }), TypeError);
    assert.throws(() => new Res('x', { status: 99 }), RangeError);
    await assert.rejects(new Res('{').json(), SyntaxError);
    assert.equal(new Res().body, null);
  }
});

test('what fails later names the place of the call that asked for it', async () => {
  const timers = [];
  timeoutsWith((milliseconds, work) => timers.push(work));
  // The author's functions, by whose names their places are found.
  const askJson = (response) => response.json();
  const setTimeLimit = () => AbortSignal.timeout(50);
  const { fetch } = serving(() => ({ status: 200, chunks: [undefined, bytes('<html>')] }));
  await assert.rejects(askJson(await fetch('http://h/')), ({ name, stack }) => name === 'SyntaxError' && stack.includes('askJson'));
  await assert.rejects(askJson(new Response(null)), ({ name, stack }) => name === 'SyntaxError' && stack.includes('askJson'));
  const signal = setTimeLimit();
  const never = serving(() => null).fetch('http://h/', { signal });
  timers.forEach((work) => work());
  await assert.rejects(never, ({ name, stack }) => name === 'TimeoutError' && stack.includes('setTimeLimit'));
});

test('signals are aborted once, together, and after a time', async () => {
  const timers = [];
  timeoutsWith((milliseconds, work) => timers.push([milliseconds, work]));
  const timed = AbortSignal.timeout(50);
  const controller = new AbortController();
  const any = AbortSignal.any([controller.signal, timed]);
  const seen = [];
  any.addEventListener('abort', ({ type }) => seen.push(type));
  any.onabort = () => seen.push('on');
  assert.equal(any.aborted, false);
  timers[0][1]();
  controller.abort();
  assert.deepEqual([timers[0][0], seen, any.reason.name, controller.signal.reason.name], [50, ['on', 'abort'], 'TimeoutError', 'AbortError']);
  assert.throws(() => any.throwIfAborted(), { name: 'TimeoutError' });
  assert.equal(AbortSignal.any([AbortSignal.abort('why'), timed]).reason, 'why');
  assert.throws(() => new AbortSignal(), TypeError);
  const target = new EventTarget();
  const heard = [];
  const listener = { handleEvent: () => heard.push('object') };
  target.addEventListener('x', listener);
  target.addEventListener('x', () => heard.push('once'), { once: true });
  target.dispatchEvent({ type: 'x' });
  target.removeEventListener('x', listener);
  target.dispatchEvent({ type: 'x' });
  assert.deepEqual(heard, ['object', 'once']);
});
