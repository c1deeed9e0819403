// A bolt that calls the server whose URL is `t`: ../../../whole/conformance/fetch.rs says what
// it answers, and what becomes of each command.
import { bolt, log, nullable, stream, text } from 'stormcell';

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What somebody sees of an error. */
const shown = ({ name, message, cause }) => [name, message, cause?.code, cause?.message].filter(Boolean).join(' | ');

export default bolt({
  summary: 'calls servers',
  inputs: { command: text, t: nullable(text) },
  outputs: [stream('notes', { note: text })],

  prepare() {
    this.stop = new AbortController();
  },

  process(tuple) {
    return this[tuple.command](tuple);
  },

  note(...notes) {
    this.emit({ note: notes.join(' ') }, { stream: 'notes' });
  },

  async get({ t }) {
    const response = await fetch(`${t}/text?q=a b`, { headers: { 'X-One': '1', accept: 'text/plain' } });
    this.note(response.status, response.ok, response.url.slice(t.length), response.headers.get('Content-TYPE'));
    this.note(JSON.stringify(response.headers.getSetCookie()), response.headers.get('x-twice'));
    this.note(await response.text());
  },
  async post({ t }) {
    const response = await fetch(`${t}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ word: 'é', n: 2 }),
    });
    const { method, type, length, body } = await response.json();
    this.note(method, type, length, body.word, body.n);
  },
  async form({ t }) {
    const body = new URLSearchParams({ a: '1 2', b: 'é&' });
    const { type, text: sent } = await (await fetch(new URL('/echo', t), { method: 'put', body })).json();
    this.note(type, sent);
  },
  async bytes({ t }) {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const response = await fetch(`${t}/echo-bytes`, { method: 'POST', body: bytes });
    const found = new Uint8Array(await response.arrayBuffer());
    this.note(found.length, found.every((byte, i) => byte === i));
  },
  async missing({ t }) {
    const response = await fetch(`${t}/missing`);
    this.note(response.status, response.ok, await response.text());
  },
  async head({ t }) {
    const response = await fetch(`${t}/text`, { method: 'HEAD' });
    this.note(response.status, response.body, JSON.stringify(await response.text()));
  },
  /** Uploads and downloads more than fits in a piece. */
  async large({ t }) {
    const sent = 'x'.repeat(1_000_000);
    const response = await fetch(`${t}/echo-bytes`, { method: 'POST', body: sent });
    let length = 0;
    for await (const chunk of response.body) length += chunk.length;
    this.note(length);
  },
  async refused({ t }) {
    await fetch(t);
  },
  async 'refused-caught'({ t }) {
    this.note(await fetch(t).catch(shown));
  },
  async 'too-large'({ t }) {
    const response = await fetch(`${t}/echo-bytes`, { method: 'POST', body: 'x'.repeat(100_000) });
    this.note(response.status, await response.text().catch(shown));
  },
  async unsaid({ t }) {
    const response = await fetch(`${t}/endless`);
    this.note(response.status, await response.bytes().catch(shown));
  },
  async redirects({ t }) {
    const followed = await fetch(`${t}/redirect-302`, { method: 'POST', body: 'x', headers: { 'x-one': '1' } });
    this.note(followed.redirected, followed.url.slice(t.length), (await followed.json()).method);
    const kept = await fetch(`${t}/redirect-307`, { method: 'POST', body: 'x' });
    const { method, text: sent } = await kept.json();
    this.note(method, sent);
    const manual = await fetch(`${t}/redirect-302`, { redirect: 'manual' });
    this.note(manual.status, manual.headers.get('location'));
    this.note(await fetch(`${t}/redirect-302`, { redirect: 'error' }).catch(shown));
    this.note(await fetch(`${t}/redirect-loop`).catch(shown));
  },
  async 'redirect-elsewhere'({ t }) {
    this.note(await fetch(`${t}/redirect-elsewhere`).catch(shown));
  },
  async timeout({ t }) {
    this.note(await fetch(`${t}/silent`, { signal: AbortSignal.timeout(50) }).catch(shown));
  },
  async abort({ t }) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 20);
    this.note(await fetch(`${t}/silent`, { signal: controller.signal }).catch(shown));
    this.note(await fetch(`${t}/text`, { signal: AbortSignal.abort() }).catch(shown));
    const body = new AbortController();
    const response = await fetch(`${t}/silent-body`, { signal: body.signal });
    setTimeout(() => body.abort(), 20);
    this.note(response.status, await response.text().catch(shown));
  },
  /** The server answers none of them before all are there. */
  async together({ t }) {
    const paths = Array.from({ length: 8 }, (_, i) => `${t}/together-8/${i}`);
    const found = await Promise.all(paths.map((path) => fetch(path).then((response) => response.text())));
    this.note(found.map((path) => path.at(-1)).join(''));
  },
  /** The first answer counts; the other request is ended with the row. */
  async first({ t }) {
    const race = await Promise.race([fetch(`${t}/silent`), fetch(`${t}/text`)]);
    this.note(race.status);
  },
  /** Nobody asks what becomes of it. */
  unasked({ t }) {
    fetch(`${t}/seen`, { method: 'POST', body: 'once' });
  },
  async seen({ t }) {
    this.note(await (await fetch(`${t}/how-often-seen`)).text());
  },
  /** Reads no body, again and again: more responses than connections. */
  async unread({ t }) {
    for (let i = 0; i < 20; i++) await fetch(`${t}/text`);
    this.note('done');
  },
  /** More requests and timers than a component may hold in the host. */
  async many({ t }) {
    const all = Array.from({ length: 300 }, () => fetch(`${t}/text`, { signal: AbortSignal.timeout(60_000) }));
    const responses = await Promise.all(all);
    const texts = await Promise.all(responses.map((response) => response.text()));
    this.note(texts.length, new Set(texts).size);
  },
  /** One signal for all that an instance does. */
  async 'with-one-signal'({ t }) {
    await fetch(`${t}/text`, { signal: this.stop.signal });
    this.note('done');
  },
  async 'read-later'({ t }) {
    if (this.response === undefined) this.response = await fetch(`${t}/text`);
    else this.note(await this.response.text().catch(shown));
  },
  async 'cannot-mean'({ t }) {
    for (const init of [
      { body: { a: 1 }, method: 'POST' },
      { body: 'x' },
      { mode: 'no-cors' },
      { integrity: 'sha256-x' },
      { dispatcher: {} },
      { method: 'TRACE' },
      { headers: { host: 'example.org' } },
      { signal: 'soon' },
    ]) {
      this.note(await fetch(t, init).catch(shown));
    }
    this.note(await fetch('/relative').catch(shown));
    this.note(await fetch('data:,x').catch(shown));
  },
  async compressed({ t }) {
    const response = await fetch(`${t}/compressed`);
    this.note(response.status, await response.text().catch(shown));
  },
  async 'no-server'({ t }) {
    this.note(await fetch(t).catch(shown));
  },

  async sleeps() {
    const order = [];
    await Promise.all([300, 100, 200].map((ms) => pause(ms).then(() => order.push(ms))));
    let beats = 0;
    await new Promise((resolve) => {
      const beat = setInterval(() => {
        if (++beats < 3) return;
        clearInterval(beat);
        resolve();
      }, 1);
    });
    this.note(order.join(' '), beats);
  },
  'leaves-a-timer'() {
    setTimeout(() => log.info('never'), 60_000);
    this.note('done');
  },
  'throws-in-a-timer'() {
    return new Promise(() => {
      setTimeout(() => {
        throw new Error('in a timer');
      }, 1);
    });
  },
});
