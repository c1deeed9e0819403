// Methods that nobody calls are refused where they are written, with the name to write.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bolt, bolt, grouping, spout, text } from 'stormcell';
import { testBolt } from 'stormcell/testing';

const process = () => {};
const inputs = { t: text };

test('a method that has another name elsewhere is refused, with the name that it has here', () => {
  const refused = (make, definition, shown) =>
    assert.throws(() => make(definition), ({ message }) => message.endsWith(`is never called here: write ${shown}`));
  refused(bolt, { inputs, process, initialize(conf, context, done) { done(); } }, 'prepare(context)');
  refused(bolt, { inputs, execute() {} }, 'process(tuple)');
  refused(bolt, { inputs, process, processTick() {} }, 'tick(now)');
  refused(bolt, { inputs, process, cleanup() {} }, 'close(reason)');
  refused(spout, { nextTuple() {} }, 'next(maxRows)');
  refused(spout, { next() {}, ack() {} }, 'acked(id)');
  refused(spout, { next() {}, fail() {} }, 'failed(id)');
  refused(spout, { next() {}, open() {} }, 'prepare(context)');
  refused(grouping, { chooseTasks() {} }, 'choose(tuple)');
});

test('so is one whose name is almost that of a method which the class has not', () => {
  const refused = (names, shown) => {
    for (const name of names) {
      const one = class Shout extends Bolt {};
      one.prototype[name] = function (only) { return only; };
      assert.throws(() => testBolt(one), { message: `Shout.${name} is never called here: write ${shown}` });
    }
  };
  refused(['proces', 'Process', 'porcess', 'proccess'], 'process(tuple)');
  refused(['processBtach', 'process_batch', 'processBatches'], 'processBatch(batch)');
  refused(['tik', 'ticks'], 'tick(now)');
  refused(['prepared', 'perpare'], 'prepare(context)');
});

test('a method that the author uses is his own', () => {
  bolt({ inputs, execute(t) { return t; }, process(tuple) { this.execute(tuple); } });
  bolt({ inputs, initialize() {}, process() { const { initialize } = this; initialize(); } });
  bolt({ inputs, ticks(t) { return t; }, process() { this['ticks'](); } });
  bolt({ inputs, process() {}, proces(a, b) { return a + b; } });
  bolt({ inputs, process() {}, proceed() {}, opened() {}, ackAll() {} });
  class Base extends Bolt {
    process(tuple) {
      this.execute(tuple);
    }
  }
  class Shout extends Base {
    static inputs = inputs;

    execute() {}
  }
  testBolt(Shout).send([{ t: 'a' }]);
});

test('a field is not a method, and is said to be none', () => {
  class Shout extends Bolt {
    process = ({ t }) => t;
  }
  assert.throws(() => testBolt(Shout), /needs a method process\(tuple\) or processBatch\(batch\); process = \.\.\. is a field, .* make it a method, process\(\.\.\.\) \{/);
  class Whisper extends Bolt {
    note = 'process = 1';
  }
  assert.throws(() => testBolt(Whisper), /needs a method process\(tuple\) or processBatch\(batch\)$/);
});
