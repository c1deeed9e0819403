// What the build asks of esbuild, and what it makes of the answers. esbuild itself is of the
// tools, so the tests have one of their own.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { bundle } from '../build/bundle.mjs';

const source = mkdtempSync(join(tmpdir(), 'stormcell-'));
writeFileSync(join(source, 'bolt.js'), '');
after(() => rmSync(source, { recursive: true }));

const bundled = (build) =>
  bundle(
    { build, formatMessages: async (errors) => errors.map(({ text }) => text) },
    { source, name: '/p/bolt', root: [source], main: 'bolt.js', world: 'bolt', work: source },
  );

const failing = (text, file) =>
  bundled(async () => {
    throw Object.assign(new Error('failed'), { errors: [{ text, location: { file } }] });
  });

test('the main module without a default export is told of, another module as esbuild does', async () => {
  const text = 'No matching export in "bolt.js" for import "default"';
  await assert.rejects(failing(text, 'stormcell-entry.js'), {
    message: '/p/bolt/bolt.js: the main module must export its bolt by default: export default ...',
  });
  const other = 'No matching export in "helpers.js" for import "default"';
  await assert.rejects(failing(other, 'bolt.js'), { shown: other });
});

test('an error names the files of the author', async () => {
  await assert.rejects(failing(`Cannot read file: ${join(source, 'Lib.js')}`, 'bolt.js'), { shown: 'Cannot read file: /p/bolt/Lib.js' });
});

test('an import by a name that is made at run time is a require, and says what to do', async () => {
  const asked = [];
  const file = (path, text) => ({ path: join(source, path), text });
  const { code } = await bundled(async ({ supported }) => {
    asked.push(supported['dynamic-import']);
    return {
      warnings: [],
      outputFiles: [
        file('bundle.js', `throw Error('Dynamic require of "' + x + '" is not supported');`),
        file('bundle.js.map', '{}'),
      ],
    };
  });
  assert.deepEqual(asked, [false]);
  assert.match(code, /it is not in the bundle; write the name as a text/);
});
