// Bundles the author's modules, their dependencies and the SDK into one module.
// TypeScript and CommonJS come for free.
import { existsSync, realpathSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';

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

const sdk = {
  name: 'stormcell',
  setup(build) {
    build.onResolve({ filter: /^stormcell(\/.*)?$/ }, ({ path }) => {
      const file = SDK_FILES[path];
      if (file !== undefined) return { path: file };
      return { errors: [{ text: `${path} is not for components; import from 'stormcell'` }] };
    });
    build.onResolve({ filter: /^(node:.*|[a-z_]+(\/.*)?)$/ }, ({ path }) => {
      if (!path.startsWith('node:') && !builtinModules.includes(path)) return undefined;
      return { errors: [{ text: `${path} is a module of Node, which a component does not run in` }] };
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
        const real = realpathSync(path);
        if (roots.some((root) => real.startsWith(root))) return undefined;
        const text = `${real} is outside of the source folder; a component is made of files in its source folder, and of files in a package that package.json depends on, as "file:../shared"`;
        return { errors: [{ text }] };
      });
    },
  };
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
  try {
    const { outputFiles } = await esbuild.build({
      stdin: { contents: entry, resolveDir: source, sourcefile: 'stormcell-entry.js' },
      absWorkingDir: source,
      outfile: join(work, 'bundle.js'),
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['stormcell-component'],
      target: 'es2023',
      charset: 'utf8',
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
      external: ['stormcell:*', 'wasi:*'],
      plugins: [sdk, only([...root, SDK])],
    });
    const find = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
    return { code: find('bundle.js'), map: find('bundle.js.map') };
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    if (error.errors.some(({ text }) => /^No matching export .* import "default"$/.test(text))) {
      throw new Error(
        `${resolve(name, main)}: the main module must export its ${exported.replace('Task', '')} by default: export default ...`,
      );
    }
    const shown = await esbuild.formatMessages(error.errors, { kind: 'error', color: false });
    throw Object.assign(error, { shown: shown.join('\n') });
  }
}
