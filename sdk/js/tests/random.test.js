import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fractions, xoshiro128 } from '../src/random.js';

const state = (...words) => new Uint8Array(Uint32Array.from(words).buffer);

test('the generator is xoshiro128++', () => {
  const next = xoshiro128(state(1, 2, 3, 4));
  // Of the reference implementation.
  const expected = [
    641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295,
    495546011, 621204420,
  ];
  assert.deepEqual(Array.from(expected, next), expected);
});

test('no seed makes it stand still', () => {
  const next = xoshiro128(state(0, 0, 0, 0));
  const drawn = new Set(Array.from({ length: 100 }, next));
  assert.ok(drawn.size > 90);
});

test('numbers are from 0 up to 1, and have 53 bits', () => {
  assert.equal(fractions(() => 0)(), 0);
  assert.equal(fractions(() => 0xffffffff)(), 1 - 2 ** -53);
  const next = fractions(xoshiro128(state(5, 6, 7, 8)));
  const drawn = Array.from({ length: 10_000 }, next);
  assert.ok(drawn.every((number) => number >= 0 && number < 1));
  const mean = drawn.reduce((sum, number) => sum + number) / drawn.length;
  assert.ok(Math.abs(mean - 0.5) < 0.02, String(mean));
});
