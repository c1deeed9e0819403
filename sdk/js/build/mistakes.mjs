// What esbuild says of the author's code, in words that say what to do.
import { readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, sep } from 'node:path';

/** The id of esbuild's warning that `this` at the top of a module is undefined. */
export const NO_THIS = 'this-is-undefined-in-esm';

/** The errors, with what to do in a component where esbuild says what to do elsewhere. */
export function explained(errors) {
  return errors.map(explain);
}

function explain(error) {
  const { text } = error;
  const name = /^Could not resolve "(.+)"$/.exec(text)?.[1];
  if (name !== undefined) {
    if (isOfNode(name)) return { ...error, text: `${name} is a module of Node, which a component does not run in`, notes: [] };
    return { ...error, notes: notesOn(name) };
  }
  const unread = /^Cannot read file: (.+)$/.exec(text)?.[1];
  if (unread !== undefined) return { ...error, notes: [note(called(unread))] };
  const ending = /^No loader is configured for "(.+)" files/.exec(text)?.[1];
  if (ending === undefined) return error;
  return {
    ...error,
    text: `files that end in ${ending} cannot be imported`,
    notes: [note('Code, .json and .txt can be imported; .txt gives the whole file as a text. Give the file another ending, or see "Files that are imported" in sdk/js/README.md.')],
  };
}

/** What may help where a module is not found. */
function notesOn(name) {
  if (/(?:^|\/)storm(?:\.js)?$/.test(name)) {
    return [note('This is storm.js of Apache Storm: here the package is stormcell, import { bolt } from \'stormcell\'; see docs/coming-from-storm.md.')];
  }
  if (/^\.{0,2}\//.test(name) || /^\.{1,2}$/.test(name)) {
    return [note(NO_FILE)];
  }
  if (name.startsWith('#')) return [];
  const packageName = name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');
  return [note(`If it is a package, add it to "dependencies" in package.json: "${packageName}": "*", or the version that you want. If it is a file of yours, write "./${name}".`)];
}

/** What to say of a file that esbuild has found by its letters, but not as large and small as
 * they are written. */
function called(path) {
  const name = basename(path);
  const found = filesIn(dirname(path)).find((file) => file !== name && file.toLowerCase() === name.toLowerCase());
  return found === undefined ? NO_FILE : `The file is called ${found}: large and small letters count.`;
}

function filesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const NO_FILE = 'There is no such file: see the letters of its name, small and large, and its ending.';

const note = (text) => ({ text, location: null });

/** Messages in which a path is the author's, where esbuild has read a copy. `source` is the
 * copy of the folder `name`; both may have folders around them in common. */
export function authorsPaths(text, source, name) {
  const [copy, own] = [source.split(sep), name.split(sep)];
  while (copy.length > 2 && own.length > 2 && copy.at(-1) === own.at(-1)) {
    copy.pop();
    own.pop();
  }
  const root = copy.join(sep);
  return text.replaceAll(`${root}${sep}`, `${own.join(sep)}${sep}`);
}

/** What esbuild writes of a `require`, and of an `import`, of what is not in the bundle. */
const NOT_THERE = `throw Error('Dynamic require of "' + x + '" is not supported');`;

/** The bundle with words that say what to do. Its lines stay where they are. */
export const withImportsRefused = (code) =>
  code.replace(
    NOT_THERE,
    `throw Error("cannot import '" + x + "': it is not in the bundle; write the name as a text, import('" + x + "')");`,
  );

function isOfNode(name) {
  return name.startsWith('node:') || builtinModules.includes(name.split('/')[0]);
}

/** An error for each of the author's files in which an arrow function takes something from
 * `this`, and `this` is not there: it throws whenever it runs. */
export function mistakes(warnings) {
  return warnings.filter(isMissingThis).map((warning) => ({
    location: { ...warning.location, suggestion: '' },
    text: 'this is undefined here: an arrow function has no this of its own, so it is not the component; write a method, as process(tuple) { ... }',
    notes: [],
  }));
}

function isMissingThis({ id, location }) {
  if (id !== NO_THIS || location === null) return false;
  if (location.file.split(/[\\/]/).includes('node_modules')) return false;
  const after = Buffer.from(location.lineText).subarray(location.column + location.length).toString();
  return /^\s*[.[]/.test(after);
}
