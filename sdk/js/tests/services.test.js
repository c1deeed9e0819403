import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, int, log, metrics, print } from 'stormcell';
import { recorded, testBolt } from 'stormcell/testing';

const run = (process) => testBolt(bolt({ inputs: { i: int }, process })).send([{ i: 1 }]);

test('log lines show values as a person reads them', () => {
  run(() => {
    log.info('a', 1, 2n, { b: 3n, m: new Map([['k', 1]]) }, null, undefined);
    log.error(new RangeError('oops'));
    const cycle = {};
    cycle.self = cycle;
    log.debug(cycle);
  });
  const [info, error, debug] = recorded.logs;
  assert.deepEqual(info, { level: 'info', message: 'a 1 2n { b: 3n, m: Map(1) { "k" => 1 } } null undefined' });
  assert.equal(error.level, 'error');
  assert.match(error.message, /^RangeError: oops\n.*services\.test\.js/);
  assert.equal(debug.message, '{ self: [Circular] }');
});

test('metrics are counted, and checked', () => {
  const { failed } = run(() => {
    metrics.count('rows');
    metrics.count('rows', 2);
    metrics.gauge('depth', 1.5);
    metrics.count('rows', -1);
  });
  assert.equal(recorded.counters.get('rows'), 3);
  assert.equal(recorded.gauges.get('depth'), 1.5);
  assert.match(failed[0].reason, /metrics\.count: expected an integer from 0/);
});

test('print writes a line', () => {
  run(() => print('ü', 1));
  assert.equal(recorded.printed, 'ü 1\n');
});
