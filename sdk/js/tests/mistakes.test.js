// What esbuild says, as the build tells it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_THIS, explained, mistakes } from '../build/mistakes.mjs';

test('a module of Node is named as one, a missing package is not', () => {
  const texts = ['fs', 'node:fs', 'fs/promises', 'words', 'stream'].map((name) => ({ text: `Could not resolve "${name}"`, notes: [{}] }));
  const found = explained([...texts, { text: 'Expected ";"' }]).map(({ text }) => text);
  const ofNode = (name) => `${name} is a module of Node, which a component does not run in`;
  assert.deepEqual(found, [ofNode('fs'), ofNode('node:fs'), ofNode('fs/promises'), 'Could not resolve "words"', ofNode('stream'), 'Expected ";"']);
});

test('this is a mistake where something is taken from it, in the files of the author', () => {
  const warning = (lineText, file = 'bolt.js', id = NO_THIS) => ({
    id,
    location: { file, line: 1, column: Buffer.from(lineText.slice(0, lineText.indexOf('this'))).length, length: 4, lineText },
  });
  const count = (...given) => mistakes([warning(...given)]).length;
  assert.equal(count('  process: ({ ü }) => { this.emit({ ü }); }'), 1);
  assert.equal(count('  process: (t) => this["emit"](t)'), 1);
  assert.equal(count('(function (root) {})(this);'), 0);
  assert.equal(count('var __awaiter = (this && this.__awaiter) || 1;'), 0);
  assert.equal(count('this.x', 'node_modules/words/index.js'), 0);
  assert.equal(count('this.x', 'bolt.js', 'another'), 0);
  assert.equal(mistakes([{ id: NO_THIS, location: null }]).length, 0);
});
