// What esbuild says, as the build tells it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { noteOnGlobals } from '../build/globals.mjs';
import { NO_THIS, authorsPaths, explained, mistakes, withImportsRefused } from '../build/mistakes.mjs';

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

test('what esbuild says of a missing module is what to do in a component', () => {
  const notesOf = (name) => explained([{ text: `Could not resolve "${name}"`, notes: [{ text: 'You can mark the path as external' }] }])[0].notes.map(({ text }) => text).join();
  assert.match(notesOf('left-pad'), /^If it is a package, add it to "dependencies" in package\.json: "left-pad": "\*"/);
  assert.match(notesOf('@a/b/c'), /"@a\/b": "\*"/);
  assert.match(notesOf('./rules/one.js'), /^There is no such file/);
  for (const name of ['./storm', '../lib/storm.js', 'storm']) assert.match(notesOf(name), /storm\.js of Apache Storm: here the package is stormcell, .* docs\/coming-from-storm\.md/);
  assert.match(notesOf('./brainstorm'), /^There is no such file/);
});

test('a file that cannot be imported is told of with those that can', () => {
  const [{ text, notes }] = explained([{ text: 'No loader is configured for ".csv" files: data.csv', notes: [] }]);
  assert.equal(text, 'files that end in .csv cannot be imported');
  assert.match(notes[0].text, /\.json and \.txt can be imported/);
});

test('paths are those of the author', () => {
  const of = (text) => authorsPaths(text, '/w/npm/copies/a/bolt', '/p/a/bolt');
  assert.equal(of('in /w/npm/copies/a/bolt/Lib.js and /w/npm/copies/lib/x.js'), 'in /p/a/bolt/Lib.js and /p/lib/x.js');
  assert.equal(authorsPaths('/p/bolt/x.js', '/p/bolt', '/p/bolt'), '/p/bolt/x.js');
});

test('a file that is called otherwise in large and small letters is told of by its name', () => {
  const noteOf = (name) => explained([{ text: `Cannot read file: ${join(import.meta.dirname, name)}`, notes: [] }])[0].notes[0].text;
  assert.equal(noteOf('Mistakes.test.js'), 'The file is called mistakes.test.js: large and small letters count.');
  assert.match(noteOf('nothing.js'), /^There is no such file/);
});

test('an import of what is not in the bundle says what to do', () => {
  const code = `f(function(x) {\n  throw Error('Dynamic require of "' + x + '" is not supported');\n});`;
  assert.match(withImportsRefused(code), /^f\(function\(x\) \{\n  throw Error\("cannot import '" \+ x .*\n\}\);$/);
});

test('a global that a component has not is told of', () => {
  assert.match(noteOnGlobals("ReferenceError: process is not defined"), /A component has no process: there are no environment variables/);
  assert.match(noteOnGlobals("ReferenceError: 'Buffer' is not defined\n    at x"), /A component has no Buffer: use Uint8Array/);
  assert.match(noteOnGlobals('Intl is not defined'), /A component has no Intl/);
  assert.equal(noteOnGlobals('ReferenceError: wrods is not defined'), '');
  assert.equal(noteOnGlobals('the process is not defined here: constructor is not defined'), '\n\n  A component has no process: there are no environment variables and no arguments: what differs is in the configuration (context.config). If a package needs it, take another package; see "What QuickJS is and is not" in sdk/js/README.md.');
});
