// Bundles the author's modules, their dependencies and the SDK into one module.
// TypeScript and CommonJS come for free.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';

import { NO_THIS, authorsPaths, explained, mistakes, withImportsRefused } from './mistakes.mjs';

/** The SDK that belongs to this interface package, not one from node_modules. */
const SDK = dirname(import.meta.dirname);
const SDK_FILES = {
  stormcell: join(SDK, 'src', 'index.js'),
  'stormcell/component': join(SDK, 'src', 'component.js'),
  'stormcell/component-http': join(SDK, 'src', 'component-http.js'),
  'stormcell/component-waiting': join(SDK, 'src', 'component-waiting.js'),
  'stormcell/component-url': join(SDK, 'src', 'component-url.js'),
};

/** Globals that are there only if a bundle has one of these words, and what brings them: a
 * package may find a global in any way, so the word alone counts. What calls servers brings
 * the rest. */
const HTTP = 'stormcell/component-http';
const WAITING = 'stormcell/component-waiting';
const BROUGHT = [
  [HTTP, /\bfetch\b/],
  [WAITING, /\b(?:(?:set|clear)(?:Timeout|Interval|Immediate)|AbortController|AbortSignal|EventTarget)\b/],
  ['stormcell/component-url', /\bURL(?:SearchParams)?\b/],
];

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

/** `import(name)` of what is not known when the bundle is made would never settle in a
 * component: esbuild makes a `require` of it, which throws, and the promise is rejected. What
 * is named by a text is in the bundle. */
const ALWAYS = { 'dynamic-import': false };

const ENTRY = 'stormcell-entry.js';

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

/** The text of one of the files that esbuild has made. */
const textOf = ({ outputFiles }, ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;

/** Whether all that is wrong is that a module itself waits. */
function waitsItself({ errors }) {
  return Array.isArray(errors) && errors.length > 0 && errors.every(({ text }) => text.startsWith('Top-level await is not'));
}

/** Whether the main module has no default export. Another import of a default may be wrong as
 * well: that is another error. */
const isMissingComponent = ({ text, location }) =>
  location?.file === ENTRY && /^No matching export .* import "default"$/.test(text);

/** The bundle and its source map, and what `more` there is in the name
 * of its world. Errors have a property `shown`: text for people. */
export async function bundle(esbuild, { source, name, root, main, world, work }) {
  const [exported, makes] = EXPORTS[world];
  const file = resolve(source, main);
  if (!existsSync(file)) throw new Error(`${resolve(name, main)}: "main" of package.json names this file, and it is not there`);
  const entry = (brought) => [
    // First, so that what the author's modules find is what the SDK has put there.
    `import { ${makes} } from 'stormcell/component';`,
    ...brought.map((name) => `import '${name}';`),
    `import component from ${JSON.stringify(file)};`,
    `export const ${exported} = ${makes}(component);`,
  ].join('\n');
  const bundled = (brought, supported) =>
    esbuild.build({
      stdin: { contents: entry(brought), resolveDir: source, sourcefile: ENTRY },
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
      supported: { ...ALWAYS, ...supported },
      charset: 'utf8',
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
      logOverride: { [NO_THIS]: 'warning' },
      external: ['stormcell:*', 'wasi:*', 'late:*'],
      // What is shared has no packages of its own: it finds those of the component.
      nodePaths: [join(source, 'node_modules')],
      plugins: [sdk, only([...root, SDK])],
    });
  try {
    let supported = REWRITTEN;
    const first = await bundled([], supported).catch((error) => {
      if (!waitsItself(error)) throw error;
      supported = {};
      return bundled([], supported);
    });
    const errors = mistakes(first.warnings);
    if (errors.length > 0) throw Object.assign(new Error('the code has mistakes'), { errors });
    const words = textOf(first, 'bundle.js');
    const brought = BROUGHT.filter(([, word]) => word.test(words)).map(([name]) => name);
    const last = brought.length === 0 ? first : await bundled(brought, supported);
    return {
      code: withImportsRefused(textOf(last, 'bundle.js')),
      map: textOf(last, 'bundle.js.map'),
      more: brought.includes(HTTP) ? '-http' : brought.includes(WAITING) ? '-waiting' : '',
    };
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    if (error.errors.some(isMissingComponent)) {
      throw new Error(
        `${resolve(name, main)}: the main module must export its ${exported.replace('Task', '')} by default: export default ...`,
      );
    }
    const shown = await esbuild.formatMessages(explained(error.errors), { kind: 'error', color: false });
    throw Object.assign(error, { shown: authorsPaths(shown.join('\n'), source, resolve(name)) });
  }
}
