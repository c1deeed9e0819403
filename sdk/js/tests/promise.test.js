// Promises of a component: what they do, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, grouping, int, spout, stream, text } from 'stormcell';
import { testBolt, testGrouping, testSpout } from 'stormcell/testing';

import { queueMicrotask, run } from '../src/microtasks.js';
import { ComponentPromise as Promise } from '../src/promise.js';

/** A bolt whose process does what the text of a row names. */
function bolted(methods, more) {
  const task = testBolt(bolt({
    inputs: { t: text },
    outputs: [stream({ w: text })],
    process(tuple) {
      return methods[tuple.t].call(this, tuple);
    },
    ...more,
  }));
  return {
    task,
    send: (...rows) => {
      const { emitted, acked, failed, kept } = task.send(rows.map((t) => ({ t })));
      return {
        emitted: emitted.map(({ values, anchors }) => [values.w, ...anchors]),
        acked,
        failed: failed.map(({ row, reason }) => [row, reason.split('\n')[0]]),
        kept,
      };
    },
  };
}

const never = () => new Promise(() => {});

test('microtasks run before process is over, and emit for its tuple', () => {
  const { send } = bolted({
    then() {
      Promise.resolve('late').then((w) => this.emit({ w }));
    },
    chain() {
      return Promise.resolve('a')
        .then((w) => [w, 'b'])
        .then((words) => words.forEach((w) => this.emit({ w })));
    },
    queued() {
      queueMicrotask(() => queueMicrotask(() => this.emit({ w: 'queued' })));
    },
    plain() {
      this.emit({ w: 'plain' });
    },
  });
  assert.deepEqual(send('then', 'plain', 'chain', 'queued'), {
    emitted: [['late', 0], ['plain', 1], ['a', 2], ['b', 2], ['queued', 3]],
    acked: [0, 1, 2, 3],
    failed: [],
    kept: [],
  });
});

test('a rejection fails its tuple, and nothing that it emitted goes out', () => {
  const reject = () => Promise.reject(new RangeError('why'));
  const { send } = bolted({
    returned: reject,
    left: () => void reject(),
    queued: () => queueMicrotask(() => { throw new RangeError('why'); }),
    handled: () => reject().catch(() => {}),
    late() {
      const promise = reject();
      queueMicrotask(() => promise.catch((error) => this.emit({ w: error.message })));
    },
    emits() {
      Promise.resolve().then(() => this.emit({ w: 'lost' }));
      throw new RangeError('why');
    },
    odd: () => Promise.reject(Object.create(null)),
  });
  const { emitted, acked, failed } = send('returned', 'left', 'queued', 'handled', 'late', 'emits', 'odd');
  assert.deepEqual([emitted, acked], [[['why', 4]], [3, 4]]);
  assert.deepEqual(failed, [
    [0, 'RangeError: why'], [1, 'RangeError: why'], [2, 'RangeError: why'], [5, 'RangeError: why'],
    [6, 'thrown: [Object: null prototype] {}'],
  ]);
});

test('a promise that is still pending is an error, and no silence', () => {
  const { send } = bolted({
    returned: never,
    left() {
      never().then((w) => this.emit({ w }));
    },
    inside: () => void Promise.resolve().then(never).then(() => {}),
    raced: () => Promise.race([never(), Promise.resolve(1)]).then(() => {}),
    unasked: () => void never(),
    plain() {},
  });
  const { acked, failed } = send('returned', 'plain', 'left', 'inside', 'raced', 'unasked', 'plain');
  assert.deepEqual(acked, [1, 4, 5, 6]);
  assert.deepEqual(failed.map(([row]) => row), [0, 2, 3]);
  assert.match(failed[0][1], /^TypeError: process returned a promise that is still pending, and nothing settles it/);
  assert.match(failed[1][1], /^TypeError: process has left something that waits for a promise, and nothing settles it/);
});

test('a tuple that is kept may wait for a later call', () => {
  let settle;
  const { send } = bolted({
    waits(tuple) {
      this.keep(tuple);
      new Promise((resolve) => { settle = resolve; }).then((w) => {
        this.emit({ w }, { anchors: tuple });
        this.ack(tuple);
      });
    },
    settles: () => settle('now'),
  });
  assert.deepEqual(send('waits').kept, [0]);
  const { emitted, acked, failed } = send('settles');
  assert.deepEqual([emitted, acked, failed], [[['now', 0]], [0, 1], []]);
});

test('all other methods wait likewise', () => {
  const wrong = () => Promise.reject(new Error('why'));
  const { task } = bolted({}, { process: () => {}, tick: wrong, close: never });
  assert.throws(() => task.tick(), /why/);
  assert.throws(() => task.close(), /close returned a promise that is still pending/);
  assert.throws(() => testBolt(bolt({ inputs: {}, prepare: never, process() {} })), /prepare returned a promise/);
  const batches = testBolt(bolt({ inputs: { i: int }, processBatch: wrong }));
  assert.equal(batches.send([{ i: 1 }, { i: 2 }]).failed.length, 2);
  const source = testSpout(spout({
    outputs: [stream({ i: int })],
    next() {
      return Promise.resolve(1).then((i) => this.emit({ i }));
    },
  }));
  assert.deepEqual(source.next().emitted.map(({ values }) => values.i), [1]);
  const chooses = testGrouping(grouping({ inputs: { i: int }, choose: ({ i }) => Promise.resolve(i) }));
  assert.deepEqual(chooses.choose([{ i: 1 }, { i: 0 }]), [[1], [0]]);
});

test('promises do what ECMA-262 says', () => {
  const said = [];
  const say = (name) => (value) => void said.push([name, value]);
  const settledAs = (name, promise) => promise.then(say(name), say(`${name}!`));
  settledAs('all', Promise.all([1, Promise.resolve(2), { then: (resolve) => resolve(3) }]));
  settledAs('all of none', Promise.all([]));
  settledAs('all rejected', Promise.all([never(), Promise.reject(1)]));
  settledAs('settled', Promise.allSettled([1, Promise.reject(2)]));
  settledAs('any', Promise.any([Promise.reject(1), 2]));
  settledAs('race', Promise.race([never(), 3]));
  settledAs('finally', Promise.resolve(4).finally(() => 5));
  settledAs('finally throws', Promise.resolve(4).finally(() => { throw 6; }));
  settledAs('try', Promise.try((a, b) => a + b, 3, 4));
  settledAs('try throws', Promise.try(() => { throw 8; }));
  settledAs('executor throws', new Promise(() => { throw 9; }));
  settledAs('first counts', new Promise((resolve, reject) => { resolve(10); reject(11); }));
  settledAs('not a function', Promise.resolve(12).then(null, 1));
  const { promise, resolve } = Promise.withResolvers();
  settledAs('itself', promise);
  resolve(promise);
  settledAs('not iterable', Promise.all(7));
  Promise.any([Promise.reject(1)]).catch((error) => said.push(['none', error instanceof AggregateError && error.errors]));
  run();
  const found = new Map(said);
  assert.ok(found.get('itself!') instanceof TypeError);
  assert.ok(found.get('not iterable!') instanceof TypeError);
  for (const name of ['itself!', 'not iterable!']) found.delete(name);
  assert.deepEqual(Object.fromEntries(found), {
    all: [1, 2, 3], 'all of none': [], 'all rejected!': 1,
    settled: [{ status: 'fulfilled', value: 1 }, { status: 'rejected', reason: 2 }],
    any: 2, race: 3, finally: 4, 'finally throws!': 6, try: 7, 'try throws!': 8, 'executor throws!': 9,
    'first counts': 10, 'not a function': 12, none: [1],
  });
});

test('microtasks run in the order in which they were queued, a long queue to its end', () => {
  const order = [];
  const step = (name) => () => void order.push(name);
  Promise.resolve().then(step('a1')).then(step('a2')).then(step('a3'));
  queueMicrotask(step('q'));
  Promise.resolve().then(step('b1')).then(step('b2'));
  run();
  assert.deepEqual(order, ['a1', 'q', 'b1', 'a2', 'b2', 'a3']);
  let left = 100_000;
  const again = () => {
    left--;
    if (left > 0) queueMicrotask(again);
  };
  queueMicrotask(again);
  run();
  assert.equal(left, 0);
});

test('a class may extend Promise', () => {
  class Traced extends Promise {
    traced = true;
  }
  const made = Traced.resolve(1).then((value) => value + 1);
  assert.ok(made instanceof Traced && made.traced);
  assert.ok(Traced.all([1]) instanceof Traced);
  assert.equal(Traced.resolve(made), made);
  assert.notEqual(Promise.resolve(made), made);
  assert.equal(Object.prototype.toString.call(made), '[object Promise]');
  assert.throws(() => new Promise(), TypeError);
  assert.throws(() => Promise(() => {}), TypeError);
  run();
});
