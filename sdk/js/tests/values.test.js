import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bolt, bool, bytes, float, fromDate, int, json, nullable, stream, text, timestamp, toDate } from 'stormcell';
import { testBolt } from 'stormcell/testing';

import { encodeColumn } from '../src/columns.js';
import { decodeI64, decodeU64, encode64 } from '../src/integers.js';
import { decodeUtf8, encodeUtf8 } from '../src/utf8.js';

const fields = {
  b: nullable(bool),
  i: nullable(int),
  f: nullable(float),
  t: nullable(text),
  y: nullable(bytes),
  at: nullable(timestamp),
  j: nullable(json),
};
const Echo = bolt({
  inputs: fields,
  outputs: [stream(fields)],
  process(tuple) {
    this.emit(tuple);
  },
});
const nulls = Object.fromEntries(Object.keys(fields).map((name) => [name, null]));

/** The rows after a way in and out of a bolt. */
const echoed = (rows) => testBolt(Echo).send(rows).emitted.map(({ values }) => values);

test('every type goes in and out unchanged, nulls in any place', () => {
  const rows = [
    { b: true, i: -5, f: 1.5, t: 'abc', y: Uint8Array.of(0, 255), at: 1700000000000000, j: { a: [1, 'x', null] } },
    nulls,
    { b: false, i: 0, f: -0, t: '', y: new Uint8Array(0), at: -1, j: [] },
    { ...nulls, t: '😀 ünïcode' },
    { ...nulls, i: 7, j: 'text' },
  ];
  assert.deepEqual(echoed(rows), rows);
});

test('integers are numbers when safe and BigInts elsewhere, exact over 64 bits', () => {
  const edges = [0n, 1n, -1n, 2n ** 31n - 1n, -(2n ** 31n), 2n ** 31n, 2n ** 32n, -(2n ** 32n) - 1n,
    2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
  const decoded = decodeI64(encode64(edges));
  assert.deepEqual(decoded.map(BigInt), edges);
  for (const value of decoded) assert.equal(typeof value === 'number', Number.isSafeInteger(Number(value)), String(value));
  const rows = edges.map((value) => ({ ...nulls, i: value, at: value }));
  assert.deepEqual(echoed(rows).map(({ i, at }) => [BigInt(i), BigInt(at)]), edges.map((value) => [value, value]));
  const numbers = decoded.filter((value) => typeof value === 'number');
  assert.deepEqual(decodeI64(encode64(numbers)), numbers);
});

test('ids are unsigned', () => {
  const ids = [0n, 9007199254740993n, 2n ** 63n, 2n ** 64n - 1n];
  assert.deepEqual(decodeU64(encode64(ids)).map(BigInt), ids);
});

test('bytes that do not start at a multiple of eight are read all the same', () => {
  const shifted = new Uint8Array(17);
  shifted.set(encode64([1, 2n ** 60n]), 1);
  assert.deepEqual(decodeI64(shifted.subarray(1)), [1, 2n ** 60n]);
});

test('floats keep what is special about them', () => {
  const special = [Number.NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE];
  const out = echoed(special.map((f) => ({ ...nulls, f }))).map(({ f }) => f);
  special.forEach((f, i) => assert.ok(Object.is(out[i], f), String(f)));
});

test('text is joined, or sent value by value if one has the separator in it', () => {
  const column = (values) => encodeColumn('text', false, values).values.val;
  assert.deepEqual(column(['a', '', 'b']), { tag: 'joined', val: 'a\0\0b' });
  assert.deepEqual(column(['']), { tag: 'joined', val: '' });
  assert.deepEqual(column(['a\0b', 'c']), { tag: 'separate', val: ['a\0b', 'c'] });
  const rows = ['a\0b', '', null].map((t) => ({ ...nulls, t }));
  assert.deepEqual(echoed(rows), rows);
});

test('half a surrogate pair becomes U+FFFD, also where two halves would meet', () => {
  const column = encodeColumn('text', true, ['a\ud83d', '\ude00b', null]).values.val;
  assert.deepEqual(column, { tag: 'joined', val: 'a\ufffd\0\ufffdb\0' });
});

test('a byte string is copied when it is emitted', () => {
  const scratch = new Uint8Array(1);
  const Reuses = bolt({
    inputs: { i: int },
    outputs: [stream({ y: bytes })],
    process({ i }) {
      scratch[0] = i;
      this.emit({ y: scratch });
    },
  });
  const { emitted } = testBolt(Reuses).send([{ i: 1 }, { i: 2 }]);
  assert.deepEqual(emitted.map(({ values }) => values.y[0]), [1, 2]);
});

test('moments of the first year and the last cross, with their offset taken off', () => {
  for (const [text, micros] of [
    ['0001-01-01T00:00:00Z', -62135596800000000n],
    ['0001-01-01T00:00:00+14:00', -62135596800000000n - 14n * 3600000000n],
    ['9999-12-31T23:59:59.999-12:00', 253402300799999000n + 12n * 3600000000n],
    ['2026-01-01T05:45:00+05:45', 1767225600000000],
  ]) {
    const date = new Date(text);
    assert.equal(fromDate(date), micros);
    assert.deepEqual(toDate(fromDate(date)), date);
  }
});

test('a Date is a timestamp and back', () => {
  const date = new Date('2024-02-29T12:34:56.789Z');
  assert.deepEqual(toDate(fromDate(date)), date);
  assert.equal(toDate(-1).getTime(), -1);
  assert.equal(toDate(-1n).getTime(), -1);
  assert.equal(fromDate(new Date(8.64e15)), 8640000000000000000n);
  assert.deepEqual(echoed([{ ...nulls, at: date }])[0].at, date.getTime() * 1000);
});

test('fields may have names that mean something to JavaScript', () => {
  const odd = { __proto__: int, constructor: int, 'a-b': int, length: int };
  Object.defineProperty(odd, '__proto__', { value: int, enumerable: true });
  const Odd = bolt({
    inputs: odd,
    outputs: [stream({ sum: int })],
    process(tuple) {
      this.emit([tuple['__proto__'] + tuple.constructor + tuple['a-b'] + tuple.length]);
    },
  });
  const row = Object.defineProperty({ constructor: 2, 'a-b': 3, length: 4 }, '__proto__', { value: 1, enumerable: true });
  assert.equal(testBolt(Odd).send([row]).emitted[0].values.sum, 10);
});

test('UTF-8 is written and read as TextEncoder and TextDecoder do', () => {
  for (const string of ['', 'abc', 'ü€😀\0', 'a\ud800b']) {
    const expected = new TextEncoder().encode(string);
    assert.deepEqual(encodeUtf8(string), expected);
    assert.equal(decodeUtf8(expected), new TextDecoder().decode(expected));
  }
  const invalid = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];
  for (const bytes of invalid) {
    assert.throws(() => decodeUtf8(Uint8Array.from(bytes), true), /is not UTF-8/);
    assert.match(decodeUtf8(Uint8Array.from(bytes)), /^\ufffd+$/);
  }
});
