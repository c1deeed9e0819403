// Tests of authors that wait for promises.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';

import { bolt, int, spout, stream, text } from 'stormcell';
import { recorded, testBolt, testBoltAsync, testSpoutAsync } from 'stormcell/testing';

const lookup = {
  summary: 'asks a server',
  inputs: { word: text },
  outputs: [stream({ word: text, found: text })],
  async prepare() {
    this.url = (await (await fetch('http://config.test/url')).text()).trim();
  },
  async process({ word }) {
    const response = await fetch(`${this.url}/${word}`);
    if (!response.ok) throw new Error(`status ${response.status}`);
    this.emit({ word, found: await response.text() });
  },
  async close() {
    await fetch(`${this.url}/done`, { method: 'POST' });
    this.emit({ word: '', found: 'closed' });
  },
};

test('a bolt that fetches is tested with a fetch of the test', async () => {
  const asked = [];
  const real = globalThis.fetch;
  const fake = async (url) => {
    asked.push(url);
    if (url === 'http://config.test/url') return new Response('http://words.test\n');
    return url.endsWith('/bad') ? new Response('no', { status: 500 }) : new Response(`found ${url.at(-1)}`);
  };
  const task = await testBoltAsync(bolt(lookup), { fetch: fake });
  const { emitted, acked, failed } = await task.send([{ word: 'a' }, { word: 'bad' }, { word: 'c' }]);
  assert.deepEqual(emitted.map(({ values, anchors }) => [values.found, ...anchors]), [['found a', 0], ['found c', 2]]);
  assert.deepEqual(acked, [0, 2]);
  assert.deepEqual(failed.map(({ row, reason }) => [row, reason.split('\n')[0]]), [[1, 'Error: status 500']]);
  assert.equal((await task.close()).emitted[0].values.found, 'closed');
  assert.deepEqual(asked.slice(1), ['http://words.test/a', 'http://words.test/bad', 'http://words.test/c', 'http://words.test/done']);
  assert.equal(globalThis.fetch, real);
});

test('without one it has the fetch of Node, and a server in the same process answers', async () => {
  const server = createServer((request, response) => response.end(request.url)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const task = await testBoltAsync(bolt({ ...lookup, prepare() { this.url = url; } }));
  const { emitted } = await task.send([{ word: 'x' }]);
  assert.equal(emitted[0].values.found, '/x');
  server.close();
});

test('what an awaited method does counts as in a component', async () => {
  const task = await testBoltAsync(bolt({
    inputs: { t: text },
    outputs: [stream({ w: text })],
    async process(tuple) {
      await null;
      if (tuple.t === 'keep') this.keep(tuple);
      else if (tuple.t === 'late') Promise.resolve().then(() => this.emit({ w: 'late' }));
      else {
        this.emit({ w: 'lost' });
        throw new Error(tuple.t);
      }
    },
    *tickless() {},
    async tick() {
      throw new Error('no');
    },
  }));
  const found = await task.send([{ t: 'keep' }, { t: 'late' }, { t: 'bad' }]);
  assert.deepEqual(found.emitted.map(({ values, anchors }) => [values.w, ...anchors]), [['late', 1]]);
  assert.deepEqual([found.kept, found.acked, found.failed.map(({ row }) => row)], [[0], [1], [2]]);
  await assert.rejects(task.tick(), /no/);
});

test('processBatch and spouts are awaited, too', async () => {
  const batched = await testBoltAsync(bolt({
    inputs: { i: int },
    outputs: [stream({ i: int })],
    async processBatch(batch) {
      await null;
      this.emitColumns({ i: batch.columns.i.map((i) => i * 2) });
    },
  }));
  assert.deepEqual((await batched.send([{ i: 1 }, { i: 2 }])).emitted.map(({ values }) => values.i), [2, 4]);
  const told = [];
  const source = await testSpoutAsync(spout({
    outputs: [stream({ n: int })],
    tracking: 'ids',
    async activate() {
      this.n = 1;
    },
    async next() {
      await null;
      this.emit({ n: this.n }, { id: this.n++ });
      if (this.n > 2) this.end();
    },
    async acked(id) {
      await null;
      told.push(id);
      if (id === 1) throw new Error('not 1');
    },
  }));
  assert.deepEqual(await source.next(1), { emitted: [{ stream: 'default', values: { n: 1 }, id: 1 }], ended: false, idleMs: 0 });
  assert.equal((await source.next(1)).ended, true);
  await assert.rejects(source.acked(1, 2), /not 1/);
  assert.deepEqual(told, [1, 2]);
  await source.close();
});

test('a task that does not wait says which one does', () => {
  const { failed } = testBolt(bolt({ inputs: { t: text }, async process() {} })).send([{ t: 'x' }]);
  assert.match(failed[0].reason, /await testBoltAsync/);
  assert.deepEqual(recorded.logs, []);
});
