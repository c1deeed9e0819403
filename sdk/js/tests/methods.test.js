// Methods that cannot do what their author means are refused where they are written.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bolt, Grouping, Spout, bolt, grouping, spout, stream, text } from 'stormcell';
import { testBolt, testGrouping, testSpout } from 'stormcell/testing';

const outputs = [stream({ w: text })];

test('a generator is refused when it is defined', () => {
  assert.throws(() => bolt({ *process() { yield 1; } }), /^TypeError: process is a generator, which nobody would run/);
  assert.throws(() => bolt({ async *processBatch() {} }), /processBatch is a generator/);
  assert.throws(() => bolt({ process() {}, *tick() {} }), /tick is a generator/);
  assert.throws(() => spout({ *next() {} }), /next is a generator/);
  assert.throws(() => grouping({ *choose() {} }), /choose is a generator/);
  assert.throws(() => testBolt(class extends Bolt { *process() {} }), /process is a generator/);
  assert.throws(() => testSpout(class extends Spout { *next() {} }), /next is a generator/);
  assert.throws(() => testGrouping(class extends Grouping { *choose() {} }), /choose is a generator/);
});

test('so is an asynchronous generator that the build has rewritten', () => {
  const __asyncGenerator2 = () => ({});
  class Lines extends Bolt {
    process(_0) {
      return __asyncGenerator2(this, [_0], function* ({ t }) {
        yield t;
      });
    }
  }
  assert.throws(() => testBolt(Lines), /^TypeError: process is a generator, which nobody would run/);
  bolt({ inputs: { t: text }, process() {}, later() { return __asyncGenerator2(this, null, function* () {}); } });
});

test('a generator that is returned is refused, one that is used is not', () => {
  const words = function* () {
    yield 'a';
  };
  const task = testBolt(bolt({
    inputs: { t: text },
    outputs,
    *words() {
      yield* words();
    },
    process({ t }) {
      if (t === 'return') return words();
      for (const w of this.words()) this.emit({ w });
      return [];
    },
  }));
  const { emitted, failed } = task.send([{ t: 'return' }, { t: 'use' }]);
  assert.deepEqual(emitted.map(({ values }) => values.w), ['a']);
  assert.match(failed[0].reason, /^TypeError: process returned a generator, which nobody runs/);
});

test('an arrow function that uses this is refused when it is defined', () => {
  const refused = (definition, name) =>
    assert.throws(() => bolt({ inputs: { t: text }, outputs, process() {}, ...definition }), new RegExp(`^TypeError: bolt\\(\\): ${name} is an arrow function that uses this`));
  refused({ process: ({ t }) => { this.emit({ w: t }); } }, 'process');
  refused({ process: (tuple) => this.emit(tuple) }, 'process');
  refused({ process: tuple => this['emit'](tuple) }, 'process');
  refused({ process: async (tuple) => this.emit(tuple) }, 'process');
  refused({ prepare: () => (this.seen = 0) }, 'prepare');
  refused({ helper: () => this }, 'helper');
  refused({ tick: () => [1].map((n) => this.emit([String(n)])) }, 'tick');
});

test('other arrow functions, and other functions with this, are not', () => {
  for (const process of [
    ({ t }) => t.length,
    // This is a comment about this.
    ({ t }) => { /* this */ return `this` + 'this' + t.this + { this: 1 }.this; },
    () => { const made = function () { return this; }; return made; },
    () => class { self = this; },
    function () { return this; },
  ]) {
    bolt({ inputs: { t: text }, process });
  }
  bolt({ process() { return () => this; } });
  bolt({ async process() { return this; } });
});
