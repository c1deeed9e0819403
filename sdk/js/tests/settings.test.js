// Settings under names that nobody reads, and at places where nobody reads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bolt, Grouping, Spout, bolt, grouping, spout, stream, text } from 'stormcell';
import { testBolt, testBoltAsync, testGrouping, testSpout } from 'stormcell/testing';

const inputs = { t: text };
const outputs = [stream({ w: text })];

class Base extends Bolt {
  static inputs = inputs;

  process() {}
}

class Source extends Spout {
  static outputs = outputs;

  next() {}
}

const throws = (work, message) => assert.throws(work, { name: 'TypeError', message });

test('a static name that is almost a setting is refused', () => {
  const refused = (Class, run, name, meant) =>
    throws(() => run(Class), `${Class.name}.${name} is no setting, and nobody reads it: write static ${meant} = ...`);
  refused(class A extends Base { static autoack = false; }, testBolt, 'autoack', 'autoAck');
  refused(class A extends Base { static auto_ack = false; }, testBolt, 'auto_ack', 'autoAck');
  refused(class A extends Base { static output = outputs; }, testBolt, 'output', 'outputs');
  refused(class A extends Bolt { static outputs = outputs; static input = inputs; process() {} }, testBolt, 'input', 'inputs');
  refused(class A extends Bolt { static inputsbystream = {}; process() {} }, testBolt, 'inputsbystream', 'inputsByStream');
  refused(class A extends Source { static traking = 'host'; }, testSpout, 'traking', 'tracking');
  refused(class A extends Grouping { static sumary = ''; choose() {} }, testGrouping, 'sumary', 'summary');
  // As esbuild writes it where TypeScript has useDefineForClassFields false.
  refused(class A extends Base { static { this.autoack = false; } }, testBolt, 'autoack', 'autoAck');
});

test('a static name that the author reads, or means as another, is his own', () => {
  testBolt(class A extends Base { static autoack = false; process() { return A.autoack; } });
  testBolt(class A extends Base { static input = 1; static inputs = inputs; });
  testBolt(class A extends Base { static words = []; static names = new Map(); static counts = 1; static streams = []; static _config = {}; });
  testBolt(class A extends Base { static output(x) { return x; } });
});

test('a setting of the wrong type is refused', () => {
  throws(() => bolt({ inputs, process() {}, autoAck: 'false' }), 'autoAck: expected true or false, got the string "false"');
  throws(() => testBolt(class A extends Base { static autoAck = 0; }), 'autoAck: expected true or false, got the number 0');
  assert.deepEqual(testBolt(bolt({ inputs, process() {}, autoAck: undefined })).send([{ t: 'a' }]).acked, [0]);
  throws(() => spout({ outputs, next() {}, tracking: 'hosts' }), 'tracking: expected none, ids or host, got the string "hosts"');
  throws(() => testSpout(class A extends Source { static tracking = ['ids']; }), 'tracking: expected none, ids or host, got an object (Array)');
});

test('a key of a definition that is almost a setting is refused with that', () => {
  assert.throws(() => bolt({ process() {}, input: {} }), /unknown key input; expected summary, .* or a method: write inputs$/);
  assert.throws(() => spout({ next() {}, traking: 'ids' }), /: write tracking$/);
  assert.throws(() => bolt({ process() {}, words: [] }), /or a method$/);
});

test('a setting in an instance is refused', async () => {
  const refused = (Class, run, field, meant, given) =>
    throws(() => run(Class), `${Class.name}: this.${field} is read by nobody, because ${meant} is a setting of the class: write static ${meant} = ${given}, or ${meant}: ${given} in a definition`);
  refused(class A extends Base { autoAck = false; }, testBolt, 'autoAck', 'autoAck', 'false');
  refused(class A extends Base { prepare() { this.autoAck = false; } }, testBolt, 'autoAck', 'autoAck', 'false');
  refused(class A extends Base { prepare() { this.auto_ack = false; } }, testBolt, 'auto_ack', 'autoAck', 'false');
  refused(class A extends Base { constructor() { super(); this.autoack = 'false'; } }, testBolt, 'autoack', 'autoAck', 'false');
  refused(class A extends Base { get autoAck() { return false; } }, testBolt, 'autoAck', 'autoAck', 'false');
  refused(class A extends Base { outputs = outputs; }, testBolt, 'outputs', 'outputs', '...');
  refused(class A extends Base { input = inputs; }, testBolt, 'input', 'inputs', '...');
  refused(class A extends Base { inputsByStream = { a: inputs }; }, testBolt, 'inputsByStream', 'inputsByStream', '...');
  refused(class A extends Source { tracking = 'ids'; }, testSpout, 'tracking', 'tracking', "'ids'");
  refused(class A extends Source { prepare() { this.traking = 'host'; } }, testSpout, 'traking', 'tracking', "'host'");
  refused(class A extends Grouping { inputs = inputs; choose() {} }, (Class) => testGrouping(Class, { input: { fields: {} } }), 'inputs', 'inputs', '...');
  await assert.rejects(testBoltAsync(bolt({ inputs, process() {}, async prepare() { this.autoAck = false; } })), {
    message: 'this.autoAck is read by nobody, because autoAck is a setting of the class: write static autoAck = false, or autoAck: false in a definition',
  });
});

test('what else an instance has is the author\'s', () => {
  testBolt(class A extends Base {
    prepare({ config }) {
      this.config = config;
      this.inputs = new Map();
      this.outputs = [];
      this.summary = 'x';
      this.input = { a: 1 };
      this.autoack = new Set();
      this._autoAck = true;
    }
  });
  testSpout(class A extends Source { prepare() { this.tracking = 'ids'; this.backing = 'store'; } });
});

test('a static method that the host would call is refused', () => {
  throws(() => testBolt(class A extends Bolt { static process() {} }), 'A.process is static, and nobody calls it there: write process(tuple) without static');
  throws(() => testBolt(class A extends Base { static close() {} }), 'A.close is static, and nobody calls it there: write close(reason) without static');
  throws(() => testSpout(class A extends Spout { static next() {} }), 'A.next is static, and nobody calls it there: write next(maxRows) without static');
  throws(() => testGrouping(class A extends Grouping { static choose() {} }), 'A.choose is static, and nobody calls it there: write choose(tuple) without static');
  testBolt(class A extends Base { static close() {} static open() { A.close(); } });
});

test('a method with parameters that it is not given is refused', () => {
  throws(() => bolt({ inputs, process(tuple, done) { done(); } }), 'process has 2 parameters, but process is given the tuple only; it is acked when process returns: write process(tuple)');
  throws(() => bolt({ inputs, processBatch(batch, done) { done(); } }), 'processBatch has 2 parameters, but processBatch is given the batch only; its rows are acked when processBatch returns: write processBatch(batch)');
  throws(() => spout({ next() {}, prepare(conf, context, done) { done(); } }), 'prepare has 3 parameters, but prepare is given the context only (the configuration is context.config): write prepare(context)');
  bolt({ inputs, process(tuple, again = false) { return again; } });
  bolt({ inputs, process(tuple, again) { if (!again) this.process(tuple, true); } });
  bolt({ inputs, process() {}, tick(now, more) { return more; } });
});
