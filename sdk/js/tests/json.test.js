// What may be emitted as JSON: what JSON can say, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, json, nullable, stream, timestamp } from 'stormcell';
import { testBolt } from 'stormcell/testing';

import { jsonText } from '../src/json.js';
import { ODD } from '../../../tests/conformance/javascript/odd/values.js';

/** What becomes of a row with this value. */
function emitted(make) {
  const task = testBolt(bolt({
    inputs: {},
    outputs: [stream({ j: nullable(json) })],
    process() {
      this.emit({ j: make() });
    },
  }), { inputs: [{ fields: { j: json } }] });
  return task.send([{ j: null }]);
}

const textOf = (value) => jsonText(value, (what) => assert.fail(what));

const reasonOf = (make) => emitted(make).failed[0]?.reason.split('\n')[0];

test('what JSON cannot say is refused, with its place', () => {
  for (const [make, expected] of [
    [() => new Map([['a', 1]]), 'an object (Map) (use Object.fromEntries)'],
    [() => ({ v: Number.NaN }), 'the number NaN at .v'],
    [() => [1, [Infinity]], 'the number Infinity at [1][0]'],
    [() => ({ a: [{ 'b c': -Infinity }] }), 'the number -Infinity at .a[0]["b c"]'],
    [() => ({ s: new Set() }), 'an object (Set) (use Array.from) at .s'],
    [() => [undefined], 'undefined (use null for no value) at [0]'],
    [() => [1, , 3], 'undefined (use null for no value) at [1]'],
    [() => ({ name: undefined }), 'undefined (use null for no value) at .name'],
    [() => ({ f() {} }), 'a function at .f'],
    [() => () => {}, 'a function'],
    [() => Symbol('q'), 'a symbol'],
    [() => ({ e: new RangeError('x') }), 'an object (RangeError) (use its message) at .e'],
    [() => ({ r: /x/ }), 'an object (RegExp) (use its source) at .r'],
    [() => new Uint8Array(2), 'an object (Uint8Array) (use Array.from)'],
    [() => ({ b: new ArrayBuffer(2) }), 'an object (ArrayBuffer) (use Array.from(new Uint8Array(...))) at .b'],
    [() => ({ m: new WeakMap() }), 'an object (WeakMap) at .m'],
    [() => ({ p: Promise.resolve(1) }), 'an object (Promise) (a promise is not what it comes to) at .p'],
    [() => [[1].values()], 'an object (Array Iterator)'],
    [() => ({ d: new Date(Number.NaN) }), 'an invalid Date at .d'],
    [() => ({ o: { toJSON() {} } }), 'an object whose toJSON returns nothing at .o'],
    [() => ({ o: { toJSON: () => Number.NaN } }), 'the number NaN at .o'],
    [() => [Object(Number.NaN)], 'the number NaN at [0]'],
    [ODD.cycle, 'an object that is in itself at .self[0]'],
    [ODD.deep, 'an object that is in 128 others at '],
    [() => ({ a: { b: 1 }, c: { d: undefined } }), 'undefined (use null for no value) at .c.d'],
  ]) {
    const reason = reasonOf(make);
    const start = `TypeError: default.j: expected json (a value that JSON can say) or null, got ${expected}`;
    if (expected.endsWith(' at ') || expected.includes('Iterator')) assert.ok(reason.startsWith(start), reason);
    else assert.equal(reason, start);
  }
});

test('what throws while it is written fails its row with that', () => {
  assert.equal(reasonOf(() => ({ toJSON() { throw new RangeError('not now'); } })), 'RangeError: not now');
  assert.equal(reasonOf(() => ({ get a() { throw new RangeError('not now'); } })), 'RangeError: not now');
});

test('an object of which JSON has nothing is refused', () => {
  class Hidden {
    #y = 2;
    y() {
      return this.#y;
    }
  }
  class Shown {
    get z() {
      return 3;
    }
  }
  const none = ', which has no property of its own that JSON shows (say what to write with a method toJSON)';
  for (const [make, expected] of [
    [() => new URLSearchParams('a=1'), 'an object (URLSearchParams) (use Array.from or Object.fromEntries)'],
    [() => ({ h: new Headers({ a: 'b' }) }), 'an object (Headers) (use Array.from or Object.fromEntries) at .h'],
    [() => [new Hidden()], `an object (Hidden)${none} at [0]`],
    [() => new (class Below extends Hidden {})(), `an object (Below)${none}`],
    [() => new Shown(), `an object (Shown)${none}`],
    [() => Object.create({ a: 1 }), `an object (Object)${none}`],
    [() => new TextDecoder(), `an object (TextDecoder)${none}`],
    [() => ({ [Symbol.iterator]: function* () { yield 1; } }), 'an object (Object) (use Array.from)'],
    [() => ({ a: { [Symbol('k')]: 1 } }), 'an object (Object), all of whose keys are symbols at .a'],
    [() => Object.defineProperty({}, 'a', { value: 1 }), `an object (Object)${none}`],
  ]) {
    const reason = reasonOf(make) ?? 'nothing';
    assert.equal(reason.replace(/^.* or null, got /, ''), expected);
  }
  class Empty {}
  for (const [value, expected] of [
    [{}, '{}'],
    [[{}, []], '[{},[]]'],
    [new Empty(), '{}'],
    [new (class Named extends Empty { say() {} })(), '{}'],
    [Object.create(null), '{}'],
    [Object.assign(new Hidden(), { x: 1 }), '{"x":1}'],
    [new URL('http://a/b'), '"http://a/b"'],
    [{ [Symbol('k')]: 1, a: 1 }, '{"a":1}'],
    ['ab'.match(/a(b)/), '["ab","b"]'],
  ]) {
    assert.equal(textOf(value), expected);
  }
});

test('JSON may be as deep as the host takes it', () => {
  const nested = (depth) => {
    let value = [];
    for (let i = 1; i < depth; i++) value = [value];
    return value;
  };
  assert.equal(emitted(() => nested(128)).failed.length, 0);
  assert.equal(emitted(() => ({ a: nested(127), b: -0 })).failed.length, 0);
  assert.match(reasonOf(() => nested(129)), /got an object that is in 128 others at \[0\]/);
});

test('whatever is emitted as JSON fails its row only', () => {
  for (const [name, make] of Object.entries(ODD)) {
    const { failed, acked } = emitted(make);
    assert.equal(failed.length + acked.length, 1, name);
    if (failed.length > 0) assert.ok(failed[0].reason.isWellFormed(), name);
  }
});

test('what JSON can say is said, numbers to the last digit', () => {
  class Point {
    constructor() {
      this.x = 1;
    }
  }
  for (const [value, expected] of [
    [null, 'null'],
    [{ a: [1, 'x', null, true, { b: {} }] }, '{"a":[1,"x",null,true,{"b":{}}]}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [new Point(), '{"x":1}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [{ toJSON: () => ({ a: [2] }) }, '{"a":[2]}'],
    [[Object(1), Object('x'), Object(false)], '[1,"x",false]'],
    ['\\ud83d', '"\\\\ud83d"'],
    ['😀', '"😀"'],
    ['\u2028"\\', '"\u2028\\"\\\\"'],
    [1e21, '1e+21'],
  ]) {
    assert.equal(textOf(value), expected);
  }
  if (typeof JSON.rawJSON !== 'function') return;
  assert.equal(textOf({ big: 2n ** 70n, zero: -0 }), '{"big":1180591620717411303424,"zero":-0}');
  assert.equal(textOf([JSON.rawJSON('"\\ud83d\\ude00"')]), '["\\ud83d\\ude00"]');
});

test('half a surrogate pair stays, as an escape, in keys as well', () => {
  assert.equal(textOf({ 'k\ud83d': ['v\ude00', '😀'] }), '{"k\\ud83d":["v\\ude00","😀"]}');
});

test('an invalid Date is no timestamp', () => {
  const task = testBolt(bolt({
    inputs: {},
    outputs: [stream({ at: timestamp })],
    process() {
      this.emit({ at: new Date(Number.NaN) });
    },
  }), { inputs: [{ fields: { j: json } }] });
  assert.match(task.send([{ j: 1 }]).failed[0].reason, /default\.at: expected timestamp .*, got an invalid Date/);
});
