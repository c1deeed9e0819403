import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, int, state, StateError, stream } from 'stormcell';
import { recorded, testBolt } from 'stormcell/testing';

const run = (process) => testBolt(bolt({ inputs: { i: int }, process })).send([{ i: 1 }]);
const text = (bytes) => bytes && new TextDecoder().decode(bytes);

test('values are there until they are removed', () => {
  const seen = [];
  run(() => {
    seen.push(state.get('a'));
    state.set('a', 'ü');
    state.set('b', new Uint8Array([1, 2]));
    seen.push(text(state.get('a')));
    state.remove('b');
    state.remove('b');
    seen.push(state.get('b'));
  });
  assert.deepEqual(seen, [undefined, 'ü', undefined]);
  assert.equal(text(recorded.state.get('a')), 'ü');
});

test('keys come in order from all pages', () => {
  let found;
  const expected = Array.from({ length: 2500 }, (_, i) => `k${i}`);
  run(() => {
    for (const key of [...expected, 'j', 'l']) state.set(key, '');
    found = [...state.keys('k')];
  });
  assert.deepEqual(found, expected.sort());
});

test('a task goes on with what an earlier one kept', () => {
  const Count = bolt({
    inputs: { i: int },
    outputs: [stream({ count: int })],
    prepare() {
      this.count = Number(text(state.get('count')) ?? 0);
    },
    process() {
      state.set('count', String(++this.count));
      this.emit({ count: this.count });
    },
  });
  testBolt(Count).send([{ i: 1 }, { i: 2 }]);
  const kept = recorded.state;
  const { emitted } = testBolt(Count, { state: kept }).send([{ i: 3 }]);
  assert.deepEqual(emitted[0].values, { count: 3 });
  assert.equal(text(kept.get('count')), '2');
  assert.equal(testBolt(Count).send([{ i: 1 }]).emitted[0].values.count, 1);
});

test('what is refused is an error with a code', () => {
  const { failed } = run(() => state.set('', ''));
  assert.match(failed[0].reason, /StateError: a key of 0 bytes/);
  run(() => {
    assert.throws(() => state.set('a', new Uint8Array(1024 * 1024 + 1)), {
      name: 'StateError',
      code: 'value-too-large',
    });
    assert.throws(() => state.set('a', 7), TypeError);
    assert.throws(() => state.get(7), TypeError);
  });
  assert.ok(new StateError('failed', 'x') instanceof Error);
});
