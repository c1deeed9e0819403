// Rows that a method returns are emitted by nobody, and the row fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, int, spout, stream, text } from 'stormcell';
import { testBolt, testBoltAsync, testSpout, testSpoutAsync } from 'stormcell/testing';

const inputs = { t: text };
const outputs = [stream({ w: text })];
const counts = new Map();
const seen = new Set();
const list = [];

const ROWS = [
  [() => [['a']], 'an array'],
  [() => ['a'], 'an array'],
  [() => [1, 2], 'an array'],
  [() => [[[1]]], 'an array'],
  [() => [{ w: 'a' }], 'an array'],
  [() => ({ w: 'a' }), 'an object'],
  [() => Object.assign(Object.create(null), { w: 'a' }), 'an object'],
  [(tuple) => tuple, 'an object'],
  [() => 'a', 'the string "a"'],
  [() => new Map([['w', 'a']]), 'a Map'],
  [() => new Set(['a']), 'a Set'],
  [() => Uint8Array.of(1), 'a Uint8Array'],
  [() => ['a'].values(), 'an iterator (Array Iterator)'],
];

const NO_ROWS = [
  () => undefined,
  () => null,
  () => true,
  () => 0,
  () => 1n,
  () => [],
  () => '',
  () => ({}),
  () => [undefined, null, true, []],
  () => [{ status: 'fulfilled', value: undefined }, { status: 'rejected', reason: new Error('x') }],
  () => () => 1,
  () => Symbol('x'),
  () => new (class Store { rows = 1; })(),
  () => new Date(),
  ({ t }) => counts.set(t, 1),
  ({ t }) => seen.add(t),
  ({ t }) => list.push(t),
  function () { return this; },
];

const message = (name, what) =>
  `TypeError: ${name} returned ${what}, which nobody emits: call this.emit(...) for each row, and return nothing`;

test('a row fails when process returns rows', () => {
  for (const [process, what] of ROWS) {
    const { failed, acked } = testBolt(bolt({ inputs, outputs, process })).send([{ t: 'a' }]);
    assert.deepEqual(acked, []);
    assert.equal(failed[0].reason.split('\n')[0], message('process', what));
  }
});

test('so it does when that is what a promise of process is fulfilled with', async () => {
  for (const [made, what] of ROWS) {
    const task = await testBoltAsync(bolt({ inputs, outputs, async process(tuple) { return made(tuple); } }));
    assert.equal((await task.send([{ t: 'a' }])).failed[0].reason.split('\n')[0], message('process', what));
  }
});

test('what is no row may be returned', async () => {
  for (const process of NO_ROWS) {
    assert.deepEqual(testBolt(bolt({ inputs, outputs, process })).send([{ t: 'a' }]).acked, [0]);
  }
  const task = await testBoltAsync(bolt({ inputs, outputs, async process({ t }) { return counts.set(t, 2); } }));
  assert.deepEqual((await task.send([{ t: 'a' }])).acked, [0]);
  const many = bolt({ inputs, outputs, process: () => Promise.all([1, 2].map(async () => {})) });
  assert.deepEqual((await (await testBoltAsync(many)).send([{ t: 'a' }])).acked, [0]);
});

test('the other methods that emit are asked as well', async () => {
  const process = () => {};
  const { failed } = testBolt(bolt({ inputs, outputs, processBatch: () => [['a']] })).send([{ t: 'a' }, { t: 'b' }]);
  assert.deepEqual(failed.map(({ row }) => row), [0, 1]);
  assert.ok(failed[0].reason.startsWith(message('processBatch', 'an array')));
  assert.throws(() => testBolt(bolt({ inputs, outputs, process, tick: () => ['a'] })).tick(), /tick returned an array, which nobody emits/);
  assert.throws(() => testBolt(bolt({ inputs, outputs, process, close: () => 'a' })).close(), /close returned the string "a", which nobody emits/);
  const numbers = [stream({ n: int })];
  assert.throws(() => testSpout(spout({ outputs: numbers, next: () => [{ n: 1 }] })).next(), /next returned an array, which nobody emits/);
  assert.throws(() => testSpout(spout({ outputs: numbers, next() {}, close: () => [1] })).close(), /close returned an array/);
  const waiting = await testSpoutAsync(spout({ outputs: numbers, next: async () => ({ n: 1 }) }));
  await assert.rejects(waiting.next(), /next returned an object, which nobody emits/);
});
