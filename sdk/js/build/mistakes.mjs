// What esbuild says of the author's code, in words that say what to do.
import { builtinModules } from 'node:module';

/** The id of esbuild's warning that `this` at the top of a module is undefined. */
export const NO_THIS = 'this-is-undefined-in-esm';

/** The errors, with one of ours for each module of Node that no package brings. */
export function explained(errors) {
  return errors.map((error) => {
    const name = /^Could not resolve "(.+)"$/.exec(error.text)?.[1];
    if (name === undefined || !isOfNode(name)) return error;
    return { ...error, text: `${name} is a module of Node, which a component does not run in`, notes: [] };
  });
}

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
