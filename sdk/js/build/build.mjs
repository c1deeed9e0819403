// From the source folder of a component to the component, with the tools in
// `--tools` (what tools/package.json pins). Started by `stormcell build`:
//
//   node build.mjs --tools DIR --wit DIR --source DIR --name DIR --main FILE
//     --world WORLD --root DIR... --work DIR --out FILE
//
// `--name` is what the source folder is called in messages: `--source` may be a copy.
// What goes into the bundle must lie in a `--root`, or be of the SDK.
// Errors in the author's code are printed with file and line; the status is then 1.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { bundle } from './bundle.mjs';
import { noteOnGlobals } from './globals.mjs';
import { lineTable, withLineTable } from './lines.mjs';
import { withNote } from './note.mjs';
import { withWasi } from './wasi.mjs';

const option = { type: 'string' };
const { values: options } = parseArgs({
  options: {
    tools: option,
    wit: option,
    source: option,
    name: option,
    root: { type: 'string', multiple: true },
    main: option,
    world: option,
    work: option,
    out: option,
  },
});

/** How componentize-qjs introduces what the author's module throws. */
const EVALUATING = /^[:\s]*Failed to evaluate user JavaScript module: (Failed to [\w ]+: )?/;

/** Modules of the tools are looked for among the tools, and not in the folders above them:
 * those are of the project, and esbuild asks for modules that are not installed. */
const lookedFor = Module._nodeModulePaths;
Module._nodeModulePaths = (from) =>
  lookedFor.call(Module, from).filter((path) => path.startsWith(resolve(options.tools) + sep));

/** A module of the installed tools. */
async function tool(name) {
  const path = createRequire(join(options.tools, 'package.json')).resolve(name);
  return import(pathToFileURL(path));
}

/** The interface package and what the SDK's own worlds add to it, in one folder. */
function interfaces() {
  const target = join(options.work, 'wit');
  rmSync(target, { recursive: true, force: true });
  cpSync(join(import.meta.dirname, 'wit'), target, { recursive: true });
  cpSync(options.wit, join(target, 'deps', 'stormcell-topology'), { recursive: true });
  return target;
}

async function build() {
  mkdirSync(options.work, { recursive: true });
  const esbuild = await tool('esbuild');
  const { code, map, more } = await bundle(esbuild, options);
  const table = lineTable(JSON.parse(map), options.source, options.work);
  const { componentize } = await tool('componentize-qjs');
  try {
    const { component } = await componentize({
      witPath: interfaces(),
      jsSource: withLineTable(code, table),
      world: options.world + more,
      sync: true,
    });
    writeFileSync(options.out, withNote(withWasi(component), table));
  } catch (error) {
    const text = table.translate(String(error.message ?? error)).replace(EVALUATING, '');
    throw new Error(`evaluating ${options.main}: ${text}${noteOnGlobals(text)}`, { cause: error });
  }
}

try {
  await build();
} catch (error) {
  console.error(error.shown ?? error.message);
  process.exitCode = 1;
}
