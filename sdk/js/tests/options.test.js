// Options that would be passed over are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, int, spout, stream, text } from 'stormcell';
import { testBolt, testSpout } from 'stormcell/testing';

const outputs = [stream({ w: text }), stream('errors', { w: text }), stream('direct', { w: text }, { direct: true })];

function reasonOf(emit, more = {}) {
  const { emitted, failed } = testBolt(bolt({
    inputs: { t: text, stream: text },
    outputs,
    process(tuple) {
      emit(this, tuple);
    },
    ...more,
  })).send([{ t: 'a', stream: 'errors' }]);
  assert.deepEqual(emitted, []);
  return failed[0].reason.split('\n')[0];
}

const FORM = 'TypeError: emit: expected emit(values, { stream, anchors, directTask }), got';

test('what is no options of emit is refused', () => {
  const w = ['a'];
  for (const [emit, expected] of [
    [(b) => b.emit(w, 'errors'), "the string \"errors\": write { stream: 'errors' }"],
    [(b, t) => b.emit(w, t), 'a tuple: write { anchors: [tuple] }'],
    [(b, t) => b.emit(w, [t]), 'an array: write { anchors: [tuple] }'],
    [(b) => b.emit(w, null), 'null'],
    [(b) => b.emit(w, 3), 'the number 3'],
    [(b) => b.emit(w, () => {}), 'a function, which nobody calls'],
    [(b) => b.emit(w, { streamId: 'errors' }), "the option 'streamId', which there is not: write stream"],
    [(b) => b.emit(w, { steam: 'errors' }), "the option 'steam', which there is not: write stream"],
    [(b) => b.emit(w, { anchor: [] }), "the option 'anchor', which there is not: write anchors"],
    [(b) => b.emit(w, { stream: 'errors', anchor: [] }), "the option 'anchor', which there is not: write anchors"],
    [(b) => b.emit(w, { stream: 'direct', task: 1 }), "the option 'task', which there is not: write directTask"],
    [(b) => b.emit(w, { Stream: 'nothing' }), "the option 'Stream', which there is not: write stream"],
    [(b) => b.emit(w, { direct_task: 1 }), "the option 'direct_task', which there is not: write directTask"],
    [(b) => b.emit(w, { anchors: [], id: 1 }), "the option 'id', which there is not"],
    [(b) => b.emit('errors', { w: 'a' }), "the text 'errors' first: write emit(values, { stream: 'errors' })"],
  ]) {
    assert.equal(reasonOf(emit), `${FORM} ${expected}`);
  }
});

test('so is what is none of emitColumns', () => {
  const reason = (options) => reasonOf((b) => b.emitColumns({ w: ['a'] }, options)).replace('TypeError: emitColumns: expected emitColumns(values, { stream, anchors, counts, directTask }), got ', '');
  assert.equal(reason('errors'), "the string \"errors\": write { stream: 'errors' }");
  assert.equal(reason({ count: [1] }), "the option 'count', which there is not: write counts");
  assert.equal(reason(null), 'null');
});

test('so is what is none of the emit of a spout', () => {
  const reason = (options) => {
    const task = testSpout(spout({ outputs: [stream({ n: int })], tracking: 'ids', next() { this.emit([1], options); } }));
    try {
      task.next();
      return '';
    } catch ({ message }) {
      return message.replace('emit: expected emit(values, { stream, id, directTask }), got ', '');
    }
  };
  assert.equal(reason({ id: 1 }), '');
  assert.equal(reason('errors'), "the string \"errors\": write { stream: 'errors' }");
  assert.equal(reason(7), 'the number 7: write { id: 7 }');
  assert.equal(reason({ messageId: 1 }), "the option 'messageId', which there is not: write id");
  assert.equal(reason({ id: 1, streamId: 'errors' }), "the option 'streamId', which there is not: write stream");
  assert.equal(reason({ stream: 'default', messageId: 1 }), "the option 'messageId', which there is not: write id");
  assert.equal(reason({ id: 1, anchors: [] }), "the option 'anchors', which there is not");
});

test('options that say nothing are options', () => {
  const { emitted } = testBolt(bolt({
    inputs: { t: text },
    outputs,
    process() {
      this.emit(['a'], {});
      this.emit(['b'], undefined);
      this.emit(['c'], { stream: undefined, anchors: undefined });
      this.emitColumns({ w: ['d'] }, {});
    },
  })).send([{ t: 'a' }]);
  assert.deepEqual(emitted.map(({ values }) => values.w), ['a', 'b', 'c', 'd']);
});

test('an emit of storm.js is refused, with the form that it has here', () => {
  const form = 'TypeError: default: emit({ tuple, ... }) is of storm.js of Apache Storm: write emit(values, { stream, anchors, directTask }), with the values of the row themselves';
  assert.equal(reasonOf((b, t) => b.emit({ tuple: [t.t], anchorTupleId: 1 })), form);
  assert.equal(reasonOf((b, t) => b.emit({ tuple: [t.t] })), form);
  assert.equal(reasonOf((b, t) => b.emit({ tuple: [t.t], anchorTupleId: 1 }, () => {})), `${FORM} a function, which nobody calls`);
});

test('the options of a stream are known ones', () => {
  const refused = (make, expected) => assert.throws(make, (error) => error instanceof TypeError && error.message === expected);
  const form = 'stream(): expected stream(name, fields, { direct })';
  refused(() => stream({ w: text }, { dirct: true }), `${form}, got the option 'dirct', which there is not: write direct`);
  refused(() => stream('b', { w: text }, true), `${form}, got the boolean true in place of options: write { direct: true }`);
  refused(() => stream({ w: text }, 'b'), `${form}, got the string "b" in place of options: write stream('b', fields)`);
  refused(() => stream({ w: text }, null), `${form}, got null in place of options`);
  refused(() => stream({ w: text }, {}, { direct: true }), `${form}, got more after the options`);
  refused(() => stream('b', { w: text }, { direct: 'yes' }), 'stream(): direct: expected true or false, got the string "yes"');
  assert.equal(stream({ w: text }, { direct: true }).direct, true);
  assert.equal(stream('b', { w: text }, undefined).direct, false);
});

test('the last of many is looked at like the first', () => {
  const { failed } = testBolt(bolt({
    inputs: { n: int },
    outputs,
    process({ n }) {
      this.emit(['a'], n < 999 ? { stream: 'errors' } : { stream: 'errors', anchor: [] });
    },
  })).send(Array.from({ length: 1_000 }, (_, n) => ({ n })));
  assert.deepEqual(failed.map(({ row }) => row), [999]);
});
