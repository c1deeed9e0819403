// Log lines and the console: all methods, all values, whole text.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, int, log, metrics, print, state } from 'stormcell';
import { recorded, testBolt } from 'stormcell/testing';

import { makeConsole } from '../src/console.js';
import { inspect } from '../src/inspect.js';
import { writeLine } from '../src/services.js';
import { ODD } from '../../../tests/conformance/javascript/odd/values.js';

const console = makeConsole(writeLine);

/** The lines that a row logs; it must succeed. */
function logged(work) {
  const { failed } = testBolt(bolt({ inputs: { i: int }, process: () => void work() })).send([{ i: 1 }]);
  assert.deepEqual(failed, []);
  return recorded.logs.map(({ level, message }) => `${level} ${message}`);
}

test('whatever is logged fails no row, and its text is whole and short', () => {
  for (const [name, make] of Object.entries(ODD)) {
    const lines = logged(() => {
      for (const method of Object.keys(console)) console[method](make());
      console.table([make(), { a: make() }], [make()]);
      for (const place of 'sdifjoOc') console.log(`%${place}`, make());
      console.log('and', make(), { in: make(), list: [make()], map: new Map([[make(), make()]]) });
      log.info(make());
    });
    assert.ok(lines.length >= 20, name);
    for (const line of lines) {
      assert.ok(line.isWellFormed(), name);
      assert.ok(line.length < 64 * 1024, `${name}: ${line.length}`);
    }
  }
});

test('values are shown as code says them, or nearly', () => {
  class Point {
    x = 1;
  }
  const shared = {};
  for (const [value, expected] of [
    [{ a: { b: { c: { d: 1 } } } }, '{ a: { b: { c: { d: 1 } } } }'],
    [{ u: undefined, n: null, big: 1n, s: Symbol('q'), z: -0, nan: Number.NaN }, '{ u: undefined, n: null, big: 1n, s: Symbol(q), z: -0, nan: NaN }'],
    [{ f() {}, g: () => {}, C: Point }, '{ f: [Function f], g: [Function g], C: [class Point] }'],
    [new Map([[1, { a: 2 }]]), 'Map(1) { 1 => { a: 2 } }'],
    [new Set(['x']), 'Set(1) { "x" }'],
    [new Uint8Array(3), 'Uint8Array(3) [ 0, 0, 0 ]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [[1, , 'three'], '[ 1, nothing, "three" ]'],
    [new Point(), 'Point { x: 1 }'],
    [/x/g, '/x/g'],
    [Object(1n), '[BigInt: 1n]'],
    [{ get a() { throw new Error('looked'); } }, '{ a: [Getter] }'],
    [{ 'a b': 1, ü: 2 }, '{ "a b": 1, ü: 2 }'],
    [[shared, shared], '[ {}, {} ]'],
    [ODD.cycle(), '{ self: [ [Circular] ] }'],
    [{}, '{}'],
    [[], '[]'],
  ]) {
    assert.equal(inspect(value), expected);
  }
  assert.match(inspect({ e: new RangeError('inside') }), /^\{ e: \[RangeError: inside .*console\.test\.js:\d+.*\] \}$/);
  assert.match(inspect(new Array(1000).fill(0)), /, \.\.\. 900 more \]$/);
});

test('a text may say where the values go', () => {
  assert.deepEqual(
    logged(() => {
      console.log('fmt %s %d %i %f %o %j', 'a', 1, '2.5', '2.5', { b: 2 }, { c: [3] });
      console.log('%c%s%%', 'color: red', new Error('x').message, 'more', 1);
      console.log('%s %s', 1n);
      console.log('100 %');
      console.log('%s', { toString: () => 'own' });
      console.log('%d %d', '0x10', {});
      print('100 %s', 1);
    }),
    ['info fmt a 1 2 2.5 { b: 2 } {"c":[3]}', 'info x% more 1', 'info 1n %s', 'info 100 %', 'info own', 'info 16 NaN'],
  );
  assert.equal(recorded.printed, '100 %s 1\n');
});

test('the console has what its standard has', () => {
  const console = makeConsole(writeLine);
  const lines = logged(() => {
    const { log: detached } = console;
    detached('log');
    for (const level of ['debug', 'info', 'warn', 'error']) console[level](level);
    console.assert(true, 'right');
    console.assert(false, 'wrong %d', 1);
    console.assert();
    console.count();
    console.count('x');
    console.count('x');
    console.countReset('x');
    console.count('x');
    console.countReset('y');
    console.group('outer');
    console.log('one\ntwo');
    console.groupCollapsed();
    console.info('deeper');
    console.groupEnd();
    console.groupEnd();
    console.groupEnd();
    console.dir({ a: 1 }, {});
    console.dirxml(1, [2]);
    console.timeEnd('never');
    console.time('x');
    console.time('x');
    console.clear();
  });
  assert.deepEqual(lines, [
    'info log', 'debug debug', 'info info', 'warn warn', 'error error',
    'error Assertion failed: wrong 1', 'error Assertion failed',
    'info default: 1', 'info x: 1', 'info x: 2', 'info x: 1', 'warn console.countReset: there is no count y',
    'info outer', 'info   one\n  two', 'info     deeper',
    'info { a: 1 }', 'info 1 [ 2 ]',
    'warn console.timeEnd: there is no timer never', 'warn console.time: the timer x runs already',
  ]);
  const timed = logged(() => {
    console.timeLog('x', 'so far', 1);
    console.timeEnd('x');
    console.timeEnd('x');
    console.trace('here %s', 'now');
  });
  assert.match(timed[0], /^info x: \d+ ms so far 1$/);
  assert.match(timed[1], /^info x: \d+ ms$/);
  assert.match(timed[2], /^warn /);
  assert.match(timed[3], /^info Trace: here now\n[^]*console\.test\.js/);
});

test('a table has a line for each row and a column for each property', () => {
  const table = (...values) => logged(() => console.table(...values)).map((line) => line.replace('info ', ''));
  assert.deepEqual(table([{ a: 1, b: 'x' }, { b: 'ü', c: true }, 7]), [
    '┌─────────┬───┬─────┬──────┬────────┐',
    '│ (index) │ a │ b   │ c    │ Values │',
    '├─────────┼───┼─────┼──────┼────────┤',
    '│ 0       │ 1 │ "x" │      │        │',
    '│ 1       │   │ "ü" │ true │        │',
    '│ 2       │   │     │      │ 7      │',
    '└─────────┴───┴─────┴──────┴────────┘',
  ]);
  assert.deepEqual(table({ r: { a: 1, b: 2 } }, ['b'])[3], '│ r       │ 2 │');
  assert.deepEqual(table(new Map([['k', 1]]))[3], '│ "k"     │ 1      │');
  assert.deepEqual(table(new Set(['v']))[3], '│ 0       │ "v"    │');
  assert.deepEqual(table('no table'), ['no table']);
});

test('a group that an error has left ends with the call', () => {
  const task = testBolt(bolt({
    inputs: { i: int },
    process({ i }) {
      console.log(i);
      console.group();
      throw new Error('left');
    },
  }));
  task.send([{ i: 1 }]);
  task.send([{ i: 2 }]);
  assert.deepEqual(recorded.logs.map(({ message }) => message), ['1', '2']);
});

test('half a surrogate pair leaves as U+FFFD, wherever text leaves', () => {
  logged(() => {
    const half = 'ok \ud83d';
    console.log('cut to', half);
    log.warn(half);
    log.info({ half });
    console.log('%s', half);
    print(half);
    metrics.count(half);
    metrics.gauge(half, 1);
    state.set(half, half);
  });
  const whole = 'ok \ufffd';
  const messages = recorded.logs.map(({ message }) => message);
  assert.deepEqual(messages, [`cut to ${whole}`, whole, `{ half: "${whole}" }`, whole]);
  assert.equal(recorded.printed, `${whole}\n`);
  assert.deepEqual([[...recorded.counters.keys()], [...recorded.gauges.keys()], [...recorded.state.keys()]], [[whole], [whole], [whole]]);
  assert.equal(new TextDecoder().decode(recorded.state.get(whole)), whole);
});
