// Batches: columns that are handed on, and what their rows are anchored to.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, bool, bytes, float, int, json, nullable, stream, text } from 'stormcell';
import { testBolt } from 'stormcell/testing';

/** A bolt that works on batches; `send` gives it a batch of a hundred rows. */
function whole(outputs, processBatch, inputs = { t: text }) {
  const task = testBolt(bolt({ inputs, outputs, processBatch }));
  return { task, send: (row) => task.send(Array.from({ length: 100 }, (_, i) => row(i))) };
}

test('a column of the batch goes out as it came', () => {
  const fields = { t: nullable(text), n: nullable(int), j: json, y: bytes, b: bool, f: float };
  const row = (i) => ({ t: i % 2 ? `t${i}` : null, n: i % 3 ? i : null, j: [i], y: Uint8Array.of(i), b: i > 5, f: i / 2 });
  const { send } = whole([stream(fields)], function (batch) {
    const handed = Object.keys(batch.columns).map((name) => [name, batch.column(name)]);
    this.emitColumns(Object.fromEntries(handed));
  }, fields);
  const { emitted, acked } = send(row);
  assert.deepEqual(emitted.map(({ values }) => values), Array.from({ length: 100 }, (_, i) => row(i)));
  assert.deepEqual(emitted.map(({ anchors }) => anchors), acked.map((handle) => [handle]));
});

test('a column that does not fit the field is looked at value by value', () => {
  const { send } = whole([stream({ n: int })], function (batch) {
    this.emitColumns({ n: batch.column('n') });
  }, { n: nullable(int) });
  assert.equal(send((n) => ({ n })).emitted.length, 100);
  assert.match(send((n) => ({ n: n || null })).failed[0].reason, /default\.n: expected int .*, got null/);
  const other = whole([stream({ f: float })], function (batch) {
    this.emitColumns({ f: batch.column('n') });
  }, { n: int });
  assert.equal(other.send((n) => ({ n })).emitted[7].values.f, 7);
  const lost = whole([], (batch) => batch.column('x'), { n: int });
  assert.match(lost.send((n) => ({ n })).failed[0].reason, /no field x in this batch; its fields are n/);
});

test('counts say what many rows are anchored to', () => {
  const split = function (batch) {
    const found = batch.columns.t.map((line) => line.split(' ').filter((word) => word !== ''));
    this.emitColumns({ word: found.flat() }, { counts: found.map((words) => words.length) });
  };
  const { task, send } = whole([stream({ word: text })], split);
  const { emitted } = task.send([{ t: 'a b' }, { t: '' }, { t: 'c' }]);
  assert.deepEqual(emitted.map(({ values, anchors }) => [values.word, ...anchors]), [['a', 0], ['b', 0], ['c', 2]]);
  assert.deepEqual(send((i) => ({ t: 'x y z '.repeat(i % 2) })).emitted.length, 150);
});

test('counts that do not fit are refused', () => {
  for (const [counts, expected] of [
    [[1], /expected one for each of the 2 rows of the batch, got 1/],
    [[1, 2], /2 rows, but 3 in counts/],
    [[3, -1], /expected a number of rows, got the number -1/],
    [[1.5, 0.5], /expected a number of rows, got the number 1.5/],
    ['ab', /expected an array of numbers, got/],
    [undefined, /1 rows for a batch of 2: say how many/],
  ]) {
    const { task } = whole([stream({ word: text })], function () {
      this.emitColumns({ word: counts ? ['a', 'b'] : ['a'] }, { counts });
    });
    assert.match(task.send([{ t: '1' }, { t: '2' }]).failed[0].reason, expected);
  }
  const { task } = whole([stream({ word: text })], function (batch) {
    this.fail(batch.tuples[1], 'no');
    this.emitColumns({ word: ['a'] }, { counts: [1, 0] });
    if (batch.columns.t[0] === 'both') this.emitColumns({ word: ['b'] }, { counts: [0, 1] });
  });
  assert.equal(task.send([{ t: 'one' }, { t: '' }]).emitted.length, 1);
  assert.match(task.send([{ t: 'both' }, { t: '' }]).failed[0].reason, /the tuple was failed before/);
});

test('whole columns keep their order among rows, and are taken back with their batch', () => {
  const { send, task } = whole([stream({ t: text })], function (batch) {
    this.emitColumns({ t: batch.column('t') });
    this.emit({ t: 'one' }, { anchors: batch.tuples[0] });
    this.emitColumns({ t: batch.columns.t }, { anchors: batch.tuples });
    if (batch.columns.t[0] === 'bad') throw new Error('bad');
  });
  const words = send((i) => ({ t: `${i}` })).emitted.map(({ values }) => values.t);
  assert.equal(words.length, 201);
  assert.deepEqual(words.slice(98, 103), ['98', '99', 'one', '0', '1']);
  const rows = Array.from({ length: 100 }, () => ({ t: 'bad' }));
  const { emitted, failed } = task.send(rows);
  assert.deepEqual([emitted.length, failed.length], [0, 100]);
  assert.equal(send((i) => ({ t: `${i}` })).emitted.length, 201);
});
