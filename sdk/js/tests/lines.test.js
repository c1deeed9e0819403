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

test('a function is where its name is, also if the engine has it in the line before', () => {
  // Each line of the bundle is that of bolt.js.
  const code = 'export default bolt({\n  outputs: [],\n  process(tuple) {\n  },\n});\n';
  const lines = lineTable({ sources: ['bolt.js'], mappings: 'AAAA;AACA;AACA;AACA;AACA' }, '/p', '/p', code);
  for (const line of [2, 3]) {
    assert.equal(lines.translate(`Shout.process at componentize-qjs:user.js:${line}`), 'Shout.process at bolt.js:3');
    assert.equal(lines.translate(`Error: componentize-qjs:user.js:${line}: process is wrong`), 'Error: bolt.js:3: process is wrong');
    assert.equal(lines.translate(`    at process (componentize-qjs:user.js:${line}:7)`), `    at process (bolt.js:${line})`);
  }
});
