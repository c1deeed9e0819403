import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bolt, bolt, int, json, nullable, stream, text } from 'stormcell';
import { testBolt } from 'stormcell/testing';

const notes = stream({ note: text });

const echo = (process, more = {}) =>
  bolt({ inputs: { t: text }, outputs: [notes, stream('other', { n: int })], process, ...more });

test('what is emitted for a tuple is anchored to it, and it is acked', () => {
  const task = testBolt(echo(function (tuple) {
    this.emit({ note: tuple.t });
    this.emit([`${tuple.t}!`]);
  }));
  const { emitted, acked, failed } = task.send([{ t: 'a' }, { t: 'b' }]);
  assert.deepEqual(emitted.map(({ values, anchors }) => [values.note, anchors]), [
    ['a', [0]], ['a!', [0]], ['b', [1]], ['b!', [1]],
  ]);
  assert.deepEqual([acked, failed], [[0, 1], []]);
});

test('a tick is not given to process', () => {
  const seen = [];
  const task = testBolt(echo((tuple) => void seen.push(tuple.t)));
  task.send([{ t: 'a' }]);
  for (let i = 0; i < 3; i++) {
    const { emitted, acked, failed } = task.tick();
    assert.deepEqual([emitted, acked, failed], [[], [], []]);
  }
  assert.deepEqual(seen, ['a']);
});

test('a class works as an object does', () => {
  class Upper extends Bolt {
    static inputs = { t: text };
    static outputs = [notes];

    process({ t }) {
      this.emit([t.toUpperCase()]);
    }
  }
  const { emitted } = testBolt(Upper).send([{ t: 'a' }]);
  assert.equal(emitted[0].values.note, 'A');
});

test('an exception fails its tuple only, with message and place, and undoes what it did', () => {
  const Sometimes = echo(function (tuple) {
    this.emit({ note: `before ${tuple.t}` });
    this.emit([1], { stream: 'other' });
    this.keep(tuple);
    if (tuple.t === 'bad') throw new RangeError('no such thing');
    this.ack(tuple);
  });
  const { emitted, acked, failed, kept } = testBolt(Sometimes).send([
    { t: 'a' }, { t: 'bad' }, { t: 'c' },
  ]);
  assert.deepEqual(emitted.map(({ values }) => values.note ?? values.n), ['before a', 'before c', 1, 1]);
  assert.deepEqual([acked, kept], [[0, 2], []]);
  assert.equal(failed.length, 1);
  assert.equal(failed[0].row, 1);
  assert.match(failed[0].reason, /^RangeError: no such thing\n/);
  assert.match(failed[0].reason, /bolt\.test\.js:\d+/);
});

test('an exception leaves rows kept earlier as they were', () => {
  const Joins = echo(function (tuple) {
    if (tuple.t === 'keep') {
      this.keep(tuple);
      this.kept = tuple;
      return;
    }
    this.ack(this.kept);
    if (tuple.t === 'throw') throw new Error('after ack');
  });
  const task = testBolt(Joins);
  assert.deepEqual(task.send([{ t: 'keep' }]).kept, [0]);
  assert.deepEqual(task.send([{ t: 'throw' }]).acked, []);
  assert.deepEqual(task.send([{ t: 'ack' }]).acked, [0, 2]);
});

test('a tuple that was acked or failed cannot be used again', () => {
  const held = [];
  const Uses = echo(function (tuple) {
    if (tuple.t === 'first') held.push(tuple);
    else if (tuple.t === 'old') this.ack(held[0]);
    else if (tuple.t === 'twice') {
      this.fail(tuple, 'x');
      this.ack(tuple);
    } else if (tuple.t === 'emit') {
      this.ack(tuple);
      this.emit(['late']);
    } else this.ack({ t: 'made up' });
  });
  const task = testBolt(Uses);
  task.send([{ t: 'first' }]);
  const { failed, emitted } = task.send(['old', 'twice', 'emit', 'other'].map((t) => ({ t })));
  assert.deepEqual(emitted, []);
  assert.match(failed[0].reason, /ack: the tuple is no longer this task's/);
  assert.match(failed[1].reason, /ack: the tuple was failed before/);
  assert.match(failed[2].reason, /emit: the tuple was acked before/);
  assert.match(failed[3].reason, /expected a tuple/);
});

test('kept rows are joined, anchored to all, extended and failed', () => {
  const task = testBolt(echo(function (tuple) {
    this.kept ??= [];
    if (tuple.t === 'keep') {
      this.keep(tuple);
      this.kept.push(tuple);
    } else if (tuple.t === 'extend') this.kept.forEach((kept) => this.extend(kept));
    else if (tuple.t === 'join') this.emit(['joined'], { anchors: [...this.kept, tuple] });
    else this.kept.forEach((kept) => this.fail(kept, 'dropped'));
  }));
  assert.deepEqual(task.send([{ t: 'keep' }, { t: 'keep' }]).kept, [0, 1]);
  assert.deepEqual(task.send([{ t: 'extend' }]).extended, [0, 1]);
  assert.deepEqual(task.send([{ t: 'join' }]).emitted[0].anchors, [0, 1, 3]);
  const { failed, acked } = task.send([{ t: 'drop' }]);
  assert.deepEqual(failed, [{ row: 0, reason: 'dropped' }, { row: 1, reason: 'dropped' }]);
  assert.deepEqual(acked, [4]);
});

test('without autoAck every tuple is kept until it is acked', () => {
  const Manual = echo(function (tuple) {
    this.last?.t === 'a' && this.ack(this.last);
    this.last = tuple;
  }, { autoAck: false });
  const task = testBolt(Manual);
  const first = task.send([{ t: 'a' }]);
  assert.deepEqual([first.kept, first.acked], [[0], []]);
  const second = task.send([{ t: 'b' }, { t: 'c' }]);
  assert.deepEqual([second.kept, second.acked], [[1, 2], [0]]);
});

test('mixed anchors go out in the order of the rows', () => {
  const task = testBolt(echo(function (tuple) {
    this.emit(['none'], { anchors: [] });
    this.emit(['self'], { anchors: [tuple, tuple] });
    this.emit(['one'], { anchors: tuple });
  }));
  assert.deepEqual(task.send([{ t: 'a' }]).emitted.map(({ anchors }) => anchors), [[], [0, 0], [0]]);
});

test('wrong values are refused with stream, field, expected and got', () => {
  const task = testBolt(bolt({
    inputs: { t: text },
    outputs: [stream('typed', { n: int, j: nullable(json) }), stream('aside', { t: text }, { direct: true })],
    process({ t }) {
      ({
        text: () => this.emit({ n: 'one', j: null }, { stream: 'typed' }),
        missing: () => this.emit({ j: null }, { stream: 'typed' }),
        undefined: () => this.emit({ n: 1 }, { stream: 'typed' }),
        array: () => this.emit([1], { stream: 'typed' }),
        null: () => this.emit(null, { stream: 'typed' }),
        fraction: () => this.emit([1.5, null], { stream: 'typed' }),
        unsafe: () => this.emit([2 ** 53, null], { stream: 'typed' }),
        huge: () => this.emit([2n ** 63n, null], { stream: 'typed' }),
        stream: () => this.emit([1]),
        direct: () => this.emit(['x'], { stream: 'aside' }),
        undirect: () => this.emit([1, null], { stream: 'typed', directTask: 2 }),
      })[t]();
    },
  }));
  const reason = (t) => task.send([{ t }]).failed[0].reason.split('\n')[0];
  assert.match(reason('text'), /typed\.n: expected int .*got the string "one"/);
  assert.match(reason('missing'), /typed\.n: .*got nothing/);
  assert.match(reason('undefined'), /typed\.j: .*emit null for no value/);
  assert.match(reason('array'), /typed: expected .* 2 values n, j, got an array of 1/);
  assert.match(reason('null'), /typed: expected .* got null/);
  assert.match(reason('fraction'), /typed\.n: .*1\.5/);
  assert.match(reason('unsafe'), /typed\.n: .*use a BigInt/);
  assert.match(reason('huge'), /typed\.n: .*outside of 64 bits/);
  assert.match(reason('stream'), /stream default: there is none of this name; this bolt emits on typed, aside/);
  assert.match(reason('direct'), /aside: a direct stream needs the receiving task/);
  assert.match(reason('undirect'), /typed: directTask is for direct streams/);
});

test('an object may have no more than the fields, unless it is a tuple or a copy of one', () => {
  class Notes extends Bolt {
    static inputs = { t: text, note: text };
    static outputs = [notes];

    process(tuple) {
      if (tuple.t === 'tuple') this.emit(tuple);
      else if (tuple.t === 'copy') this.emit({ ...tuple, note: 'copied' });
      else if (tuple.t === 'columns') this.emitColumns({ note: ['a'], nota: ['b'] });
      else this.emit({ note: 'a', nota: 'b' });
    }
  }
  const rows = ['tuple', 'more', 'copy', 'columns'].map((t) => ({ t, note: 'own' }));
  const { emitted, failed } = testBolt(Notes).send(rows);
  assert.deepEqual(emitted.map(({ values }) => values.note), ['own', 'copied']);
  assert.deepEqual(failed.map(({ row }) => row), [1, 3]);
  for (const { reason } of failed) assert.match(reason, /^TypeError: default: there is no field "nota"; the fields are note\n/);
});

test('rows of a direct stream go out by receiving task', () => {
  const task = testBolt(bolt({
    inputs: { n: int },
    outputs: [stream({ n: int }, { direct: true })],
    process({ n }) {
      this.emit({ n }, { directTask: n % 2 });
    },
  }));
  const { emitted } = task.send([{ n: 4 }, { n: 5 }, { n: 6 }]);
  assert.deepEqual(emitted.map(({ values, directTask }) => [values.n, directTask]), [[4, 0], [6, 0], [5, 1]]);
});

test('a promise is refused', () => {
  const { failed } = testBolt(echo(async () => {})).send([{ t: 'a' }]);
  assert.match(failed[0].reason, /process returned a promise/);
});

test('tick and close emit unanchored; what they throw undoes it all', () => {
  const task = testBolt(echo(() => {}, {
    tick(now) {
      this.emit([`at ${now}`]);
      if (now === 13) throw new Error('unlucky');
    },
    close(reason) {
      this.emit([reason]);
    },
  }));
  assert.deepEqual(task.tick(5).emitted, [{ stream: 'default', values: { note: 'at 5' }, anchors: [] }]);
  assert.throws(() => task.tick(13), /unlucky/);
  assert.deepEqual(task.close('stopped').emitted.map(({ values }) => values.note), ['stopped']);
});

test('processBatch sees columns and must say what it anchors to', () => {
  const task = testBolt(bolt({
    inputs: { n: int },
    outputs: [stream({ n: int })],
    processBatch(batch) {
      const { n } = batch.columns;
      assert.equal(batch.length, n.length);
      assert.equal(batch.source.component, 'source');
      if (n[0] === 0) this.emit({ n: 1 });
      if (n[0] === 1) throw new Error('bad batch');
      this.emitColumns({ n: n.map((value) => value * 2) }, { anchors: batch.tuples });
      this.emitColumns({ n: [100] }, { anchors: [] });
      if (n[0] === 2) this.emitColumns({ n: ['x'] }, { anchors: [] });
    },
  }));
  const { emitted } = task.send([{ n: 5 }, { n: 6 }]);
  assert.deepEqual(emitted.map(({ values, anchors }) => [values.n, anchors]), [[10, [0]], [12, [1]], [100, []]]);
  const reasons = (n) => task.send([{ n }, { n: 9 }]).failed.map(({ reason }) => reason);
  assert.match(reasons(0)[1], /in processBatch, say what the row is anchored to/);
  assert.match(reasons(1)[0], /bad batch/);
  assert.match(reasons(2)[0], /default\.n: expected int/);
});

test('a definition that cannot run is refused when it is made', () => {
  assert.throws(() => bolt({ inputs: {} }), /needs a method process/);
  assert.throws(() => bolt({ process() {}, processBatch() {} }), /not both/);
  assert.throws(() => bolt({ process() {}, input: {} }), /unknown key input; expected summary, inputs/);
  assert.throws(() => stream('__x', { a: text }), /belong to the host/);
  assert.throws(() => stream('a b', { a: text }), /a name has 1 to 128/);
  assert.throws(() => stream({ a: String }), /field a: expected a type/);
  assert.throws(() => testBolt(bolt({ outputs: [notes, notes], process() {} })), /default is there twice/);
  assert.throws(() => testBolt(bolt({ capabilities: ['stdin'], process() {} })), /capabilities: expected a list of stdout, files/);
  assert.throws(() => testBolt(bolt({ inputsByStream: { 'a\ud83d': {} }, process() {} })), /inputsByStream: stream .*a name has 1 to 128/);
  assert.throws(() => testBolt(bolt({ config: () => ({}), process() {} })), /config: expected a JSON Schema/);
});

test('context, configuration and the source of a tuple are known', () => {
  const task = testBolt(echo(function (tuple) {
    const { component, task, config } = this.context;
    const source = this.sourceOf(tuple);
    this.emit([`${component} ${task} ${config.greeting} ${source.component}/${source.stream} ${source.task}`]);
  }), { component: 'split', task: 7, config: { greeting: 'hi' } });
  assert.equal(task.send([{ t: 'x' }], { sourceTask: 3 }).emitted[0].values.note, 'split 7 hi source/default 3');
});
