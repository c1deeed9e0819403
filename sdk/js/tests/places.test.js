// Where in the author's files a function is: told by the table of the build, once it is there.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { placeOf } from '../src/errors.js';

const at = (lineNumber) => Object.assign(() => {}, { fileName: 'user.js', lineNumber });

test('a function has its place in the bundle, and later that in the file', () => {
  assert.equal(placeOf(() => {}), '');
  assert.equal(placeOf(at(2)), 'user.js:2: ');
  globalThis[Symbol.for('stormcell.lines')] = JSON.stringify({ files: ['bolt.js'], lines: [0, [0, 7]] });
  assert.equal(placeOf(at(2)), 'bolt.js:7: ');
  assert.equal(placeOf(at(1)), '');
  assert.equal(placeOf(at(9)), '');
});
