// What is thrown fails its row only, with what can be said of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { bolt, text } from 'stormcell';
import { testBolt } from 'stormcell/testing';

import { describeError } from '../src/errors.js';
import { ODD } from '../../../tests/conformance/javascript/odd/values.js';

test('whatever is thrown fails its row only, with a text that is whole and short', () => {
  for (const [name, make] of Object.entries(ODD)) {
    const task = testBolt(bolt({
      inputs: { t: text },
      process({ t }) {
        if (t === 'throw') throw make();
        if (t === 'fail') this.fail(arguments[0], make() ?? undefined);
      },
    }));
    const { acked, failed } = task.send(['ok', 'throw', 'fail', 'ok'].map((t) => ({ t })));
    assert.deepEqual([acked, failed.map(({ row }) => row)], [[0, 3], [1, 2]], name);
    for (const { reason } of failed) {
      assert.ok(reason.isWellFormed(), name);
      assert.ok(reason.length > 0 && reason.length <= 66 * 1024, `${name}: ${reason.length}`);
    }
  }
});

test('what can be said of it is said', () => {
  for (const [thrown, ...expected] of [
    [{ code: 7, message: 'quota exceeded' }, /^thrown: \{ code: 7, message: "quota exceeded" \}$/],
    [Object.create(null), /^thrown: \[Object: null prototype\] \{\}$/],
    [undefined, /^thrown: undefined$/],
    ['some text', /^thrown: some text$/],
    [Symbol('q'), /^thrown: Symbol\(q\)$/],
    [{ toString: () => 'my own' }, /^thrown: my own$/],
    [ODD['cycle of causes'](), /^Error: loop\n[^]*\ncaused by Error: loop, see above$/],
    [ODD['getters that throw'](), /^\(cannot be read\): \(cannot be read\)/],
    [ODD['half a pair'](), /^thrown: ok \ufffd$/],
    [new Error('cannot parse \ud83d'), /^Error: cannot parse \ufffd\n/],
    [new RangeError(''), /^RangeError\n/],
    [runInNewContext('new TypeError("elsewhere")'), /^TypeError: elsewhere/],
    [new AggregateError([new Error('one'), new TypeError('two'), 3], 'many'), /^AggregateError: many\n/, /\nwith Error: one\n/, /\nwith TypeError: two\n/, /\nwith 3$/],
    [new Error('outer', { cause: new TypeError('inner', { cause: 'why' }) }), /^Error: outer\n[^]*\ncaused by TypeError: inner\n[^]*\ncaused by why$/],
    [new Error('outer', { cause: null }), /\ncaused by null$/],
    [new Error('outer', { cause: { error: new Error('inside') } }), /\ncaused by \{ error: \[Error: inside .*\] \}$/],
  ]) {
    for (const part of expected) assert.match(describeError(thrown), part);
  }
});

test('who takes this for the bolt where it is undefined is told why', () => {
  const task = testBolt(bolt({
    inputs: { t: text },
    process({ t }) {
      [t].forEach(function (word) {
        this.emit({ word });
      });
    },
  }));
  assert.match(task.send([{ t: 'a' }]).failed[0].reason, /^TypeError: .*\n {4}`this` is undefined there: an arrow function/);
});
