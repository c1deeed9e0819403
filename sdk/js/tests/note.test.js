// The note that the build adds to a component.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bolt, Spout, bolt } from 'stormcell';

import { lineTable } from '../build/lines.mjs';
import { withNote } from '../build/note.mjs';
import { leave, noteOf } from '../src/note.js';

test('a note says which methods each export calls, and whether it works at ticks', () => {
  class Base extends Bolt {
    tick() {}
  }
  class Count extends Base {
    process() {}
  }
  assert.deepEqual(noteOf(Count, Bolt, 'bolt'), { 'works-at-ticks': true, calls: { execute: 'Count.process', tick: 'Base.tick' } });
  const defined = bolt({ processBatch() {}, close() {} });
  assert.deepEqual(noteOf(defined, Bolt, 'bolt'), { 'works-at-ticks': false, calls: { execute: 'processBatch', close: 'close' } });
  class Numbers extends Spout {
    next() {}
  }
  assert.deepEqual(noteOf(Numbers, Spout, 'spout'), { 'works-at-ticks': false, calls: { next: 'Numbers.next' } });
});

test('the build finds it in the memory, and tells places in the files of the author', () => {
  leave({ 'works-at-ticks': true, calls: { tick: 'Größe.tick at componentize-qjs:user.js:1, other at componentize-qjs:user.js:2' } });
  const [left] = Object.keys(globalThis[Symbol.for('stormcell.note')]);
  const table = lineTable({ sources: ['bolt.js'], mappings: 'AAAA;' }, '/p', '/p');
  const component = Buffer.concat([Buffer.from('\0asm...'), Buffer.from(left, 'latin1'), Buffer.from('...')]);
  const noted = withNote(component, table);
  assert.deepEqual(noted.subarray(0, component.length), component);
  const section = noted.subarray(component.length);
  assert.equal(section[0], 0);
  const content = section.subarray(section.indexOf('stormcell') + 'stormcell'.length).toString();
  assert.deepEqual(JSON.parse(content), { 'works-at-ticks': true, calls: { tick: 'Größe.tick at bolt.js:1, other' } });
});

test('without a note nothing is added', () => {
  const component = Buffer.from("\0asm const MARK = 'stormcell-note:';");
  assert.equal(withNote(component, null), component);
});
