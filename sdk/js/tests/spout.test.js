import assert from 'node:assert/strict';
import { test } from 'node:test';

import { int, spout, stream, text } from 'stormcell';
import { testSpout } from 'stormcell/testing';

import { Ids } from '../src/ids.js';

const outputs = [stream({ n: int })];
const big = 2n ** 64n - 1n;

test('rows have ids, and the spout is told of them', () => {
  const seen = [];
  const task = testSpout(spout({
    outputs,
    tracking: 'ids',
    next() {
      this.emit({ n: 1 }, { id: 5 });
      this.emit([2], { id: big });
      this.end();
    },
    acked: (id) => void seen.push(['acked', id]),
    failed: (id) => void seen.push(['failed', id]),
  }));
  const { emitted, ended } = task.next(10);
  assert.deepEqual(emitted, [
    { stream: 'default', values: { n: 1 }, id: 5 },
    { stream: 'default', values: { n: 2 }, id: big },
  ]);
  assert.equal(ended, true);
  task.acked(5);
  task.failed(big);
  assert.deepEqual(seen, [['acked', 5], ['failed', big]]);
});

test('ids may be strings, which are kept until their rows are done', () => {
  const given = ['a-17', '', '17', 17, 0xfffen << 48n, '\ud800'];
  const seen = [];
  const task = testSpout(spout({
    outputs,
    tracking: 'ids',
    next() {
      given.forEach((id, n) => this.emit({ n }, { id }));
    },
    acked: (id) => void seen.push(['acked', id]),
    failed: (id) => void seen.push(['failed', id]),
  }));
  for (const method of ['acked', 'failed']) {
    assert.deepEqual(task.next(10).emitted.map(({ id }) => id), given);
    task[method](...given);
    assert.deepEqual(seen.splice(0), given.map((id) => [method, id]));
    assert.equal(task.task.ids.size, 0);
  }
});

test('a string has the same number in every instance, and one that is gone is told in the log', () => {
  const seen = [];
  const make = () => testSpout(spout({
    outputs,
    tracking: 'ids',
    next() {
      this.emit([1], { id: 'a-17' });
    },
    acked: (id) => void seen.push(id),
  }));
  const [first, second] = [make(), make()];
  first.next();
  second.next();
  assert.equal(first.task.ids.known('a-17'), second.task.ids.known('a-17'));
  assert.equal(first.task.ids.known('a-17'), 18446210711601651529n);
  second.acked('a-17', 'a-17', 'b');
  assert.deepEqual(seen, ['a-17']);
});

test('two rows with one id are told of twice', () => {
  const ids = new Ids();
  const number = ids.number('a');
  assert.equal(ids.number('a'), number);
  assert.deepEqual([ids.taken(number), ids.taken(number), ids.taken(number)], ['a', 'a', undefined]);
  assert.equal(ids.size, 0);
});

test('a spout that throws at one id is told of the others', () => {
  const seen = [];
  const task = testSpout(spout({
    outputs,
    next() {},
    acked(id) {
      if (id === 1) throw new Error('one');
      seen.push(id);
    },
  }));
  assert.throws(() => task.acked(1, 2), /one/);
  assert.deepEqual(seen, [2]);
});

test('tracking may be chosen when the spout is prepared', () => {
  const task = testSpout(spout({
    outputs,
    prepare({ config }) {
      this.tracking = config.tracking;
    },
    next() {
      this.emit({ n: 1 });
    },
  }), { config: { tracking: 'host' } });
  const { emissions } = task.task.next(1);
  assert.deepEqual(emissions[0].tracking, { tag: 'replayed-by-host' });
});

test('misuse is refused and emits nothing', () => {
  const refused = (next, tracking = 'none', maxRows = 2) => {
    const task = testSpout(spout({ outputs, tracking, next }));
    assert.throws(() => task.next(maxRows), (error) => {
      refused.message = error.message;
      return true;
    });
    assert.deepEqual(task.task.outbox.take(() => ({})), []);
    return refused.message;
  };
  assert.match(refused(function () {
    this.emit([1]);
    this.emit([1], { id: 3 });
  }), /an id is for rows tracked by ids/);
  assert.match(refused(function () {
    this.emit([1]);
  }, 'ids'), /id: expected a string or an integer from 0 to 2\^64 - 1/);
  assert.match(refused(function () {
    this.emit([1], { id: -1n });
  }, 'ids'), /got the BigInt -1/);
  assert.match(refused(async function () {}), /returned a promise/);
  assert.throws(() => testSpout(spout({ outputs, tracking: 'maybe', next() {} })), /expected none, ids or host/);
  assert.throws(() => spout({ outputs }), /needs a method next/);
});

test('emitting outside of next is refused', () => {
  const task = testSpout(spout({
    outputs,
    next() {},
    acked() {
      this.emit([1]);
    },
  }));
  assert.throws(() => task.acked(1), /emits in next only/);
});

test('an idle spout says for how long', () => {
  const task = testSpout(spout({
    outputs,
    next() {
      this.idle(12.5);
    },
  }));
  assert.deepEqual(task.next(), { emitted: [], ended: false, idleMs: 13 });
});

test('rows over the number that was asked for leave with the next calls', () => {
  let calls = 0;
  const task = testSpout(spout({
    outputs: [stream({ n: int })],
    tracking: 'ids',
    next() {
      calls++;
      for (let n = 0; n < 5; n++) this.emit({ n }, { id: n });
      this.end();
    },
  }));
  const found = [2, 2, 2].map((most) => {
    const { emitted, ended } = task.next(most);
    return [emitted.map(({ values, id }) => [values.n, id]), ended];
  });
  assert.deepEqual(found, [
    [[[0, 0], [1, 1]], false],
    [[[2, 2], [3, 3]], false],
    [[[4, 4]], true],
  ]);
  assert.equal(calls, 1);
  task.next(10);
  assert.equal(calls, 2);
});

test('rows that wait are of several streams, and an error takes back its own only', () => {
  let step = 0;
  const task = testSpout(spout({
    outputs: [stream({ n: int }), stream('texts', { t: text })],
    next() {
      if (step++ > 0) throw new Error('no more');
      for (let n = 0; n < 3; n++) {
        this.emit({ n });
        this.emit({ t: `${n}` }, { stream: 'texts' });
      }
    },
  }));
  const values = (most) => task.next(most).emitted.map((row) => row.values);
  assert.deepEqual(values(4), [{ n: 0 }, { n: 1 }, { n: 2 }, { t: '0' }]);
  assert.deepEqual(values(4), [{ t: '1' }, { t: '2' }]);
  assert.throws(() => task.next(4), /no more/);
});
