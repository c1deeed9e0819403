// Bundles the author's modules, their dependencies and the SDK into one module.
// TypeScript and CommonJS come for free.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';

import { NO_THIS, explained, mistakes } from './mistakes.mjs';

/** The SDK that belongs to this interface package, not one from node_modules. */
const SDK = dirname(import.meta.dirname);
const SDK_FILES = {
  stormcell: join(SDK, 'src', 'index.js'),
  'stormcell/component': join(SDK, 'src', 'component.js'),
};

/** For each world: the export that it demands, and what of the SDK makes it. */
const EXPORTS = {
  bolt: ['boltTask', 'exportBolt'],
  spout: ['spoutTask', 'exportSpout'],
  'custom-grouping': ['groupingTask', 'exportGrouping'],
};

/** What esbuild rewrites for an engine that has it: functions that wait use the promises
 * of the SDK then (src/promise.js). It does not rewrite a bundle in which a module itself
 * waits; functions there wait as the engine does, so a method that waits is an error. */
const REWRITTEN = { 'async-await': false, 'async-generator': false, 'for-await': false };

const sdk = {
  name: 'stormcell',
  setup(build) {
    build.onResolve({ filter: /^stormcell(\/.*)?$/ }, ({ path }) => {
      const file = SDK_FILES[path];
      if (file !== undefined) return { path: file };
      return { errors: [{ text: `${path} is not for components; import from 'stormcell'` }] };
    });
  },
};

/** Keeps out what lies in none of these folders, however it is named: a bundle is made of
 * what its author wrote and of packages, and of no other file of whoever builds it. */
function only(folders) {
  const roots = folders.map((folder) => realpathSync(folder) + sep);
  return {
    name: 'only',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
        // A package may say of a module that it does without: { "browser": { "fs": false } }.
        if (!isAbsolute(path) || !existsSync(path)) return undefined;
        const real = realpathSync(path);
        if (roots.some((root) => (real + sep).startsWith(root))) return undefined;
        const text = `${real} is outside of the source folder; a component is made of files in its source folder, of what package.json names as "stormcell": { "shared": ["../shared"] }, and of files in a package that package.json depends on, as "file:../shared"`;
        return { errors: [{ text }] };
      });
    },
  };
}

/** Whether all that is wrong is that a module itself waits. */
function waitsItself({ errors }) {
  return Array.isArray(errors) && errors.length > 0 && errors.every(({ text }) => text.startsWith('Top-level await is not'));
}

/** The bundle and its source map. Errors have a property `shown`: text for people. */
export async function bundle(esbuild, { source, name, root, main, world, work }) {
  const [exported, makes] = EXPORTS[world];
  const file = resolve(source, main);
  if (!existsSync(file)) throw new Error(`${resolve(name, main)}: "main" of package.json names this file, and it is not there`);
  const entry = [
    // First, so that what the author's modules find is what the SDK has put there.
    `import { ${makes} } from 'stormcell/component';`,
    `import component from ${JSON.stringify(file)};`,
    `export const ${exported} = ${makes}(component);`,
  ].join('\n');
  const bundled = (supported) =>
    esbuild.build({
      stdin: { contents: entry, resolveDir: source, sourcefile: 'stormcell-entry.js' },
      absWorkingDir: source,
      outfile: join(work, 'bundle.js'),
      bundle: true,
      write: false,
      format: 'esm',
      // Of what packages have for browsers and for Node, the former needs no Node.
      platform: 'browser',
      mainFields: ['browser', 'module', 'main'],
      conditions: ['stormcell-component', 'module'],
      define: { 'process.env.NODE_ENV': '"production"' },
      target: 'es2023',
      supported,
      charset: 'utf8',
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
      logOverride: { [NO_THIS]: 'warning' },
      external: ['stormcell:*', 'wasi:*'],
      // What is shared has no packages of its own: it finds those of the component.
      nodePaths: [join(source, 'node_modules')],
      plugins: [sdk, only([...root, SDK])],
    });
  try {
    const { outputFiles, warnings } = await bundled(REWRITTEN).catch((error) => {
      if (!waitsItself(error)) throw error;
      return bundled({});
    });
    const errors = mistakes(warnings);
    if (errors.length > 0) throw Object.assign(new Error('the code has mistakes'), { errors });
    const find = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
    return { code: find('bundle.js'), map: find('bundle.js.map') };
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    if (error.errors.some(({ text }) => /^No matching export .* import "default"$/.test(text))) {
      throw new Error(
        `${resolve(name, main)}: the main module must export its ${exported.replace('Task', '')} by default: export default ...`,
      );
    }
    const shown = await esbuild.formatMessages(explained(error.errors), { kind: 'error', color: false });
    throw Object.assign(error, { shown: shown.join('\n') });
  }
}
