// Places in the bundle are told as places in the author's files.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lineTable } from '../build/lines.mjs';

// Line 1 of the bundle is line 1 of bolt.js, line 2 is of no file.
const table = lineTable({ sources: ['bolt.js'], mappings: 'AAAA;' }, '/p', '/p');

test('a place in the bundle is one in a file', () => {
  assert.equal(table.translate('Error: componentize-qjs:user.js:1: why'), 'Error: bolt.js:1: why');
  assert.equal(table.translate('Error: why\n    at f (componentize-qjs:user.js:1:5)'), 'Error: why\n    at f (bolt.js:1)');
});

test('what is in no file of the author has no place, and a frame of it is left out', () => {
  assert.equal(table.translate('Error: componentize-qjs:user.js:2: why'), 'Error: why');
  assert.equal(table.translate('Error: why\n    at f (componentize-qjs:user.js:2:5)'), 'Error: why');
});

test('a line that begins with the place before has that of what comes next in it', () => {
  // Line 1 is line 1; line 2 repeats that, and has line 3 from its third letter on; line 3
  // repeats it.
  const lines = lineTable({ sources: ['bolt.js'], mappings: 'AAAA;AAAA,EAEA;AAAA' }, '/p', '/p');
  assert.deepEqual(lines.toJSON().lines, [[0, 1], [0, 3], [0, 3]]);
});
