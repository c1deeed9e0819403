// The options of `emit` and its like. One that is not known would be passed over, and the
// row would go elsewhere than its author means.
import { show } from './check.js';
import { nearest, simple } from './near.js';
import { cut } from './text.js';
import { isTuple } from './tuple.js';

const OPTIONS = {
  bolt: { emit: ['stream', 'anchors', 'directTask'], emitColumns: ['stream', 'anchors', 'counts', 'directTask'] },
  spout: { emit: ['stream', 'id', 'directTask'] },
};

/** Whether options are an object that has so many known ones, one at least, and nothing else. */
export const hasOnly = (options, known) =>
  known > 0 && typeof options === 'object' && options !== null && Object.keys(options).length === known;

/** What options are called elsewhere. */
const ELSEWHERE = new Map([
  ['streamid', 'stream'],
  ['streamname', 'stream'],
  ['anchortupleid', 'anchors'],
  ['anchortuple', 'anchors'],
  ['tuple', 'anchors'],
  ['tuples', 'anchors'],
  ['task', 'directTask'],
  ['taskid', 'directTask'],
  ['direct', 'directTask'],
  ['messageid', 'id'],
  ['msgid', 'id'],
  ['tupleid', 'id'],
  ['tupid', 'id'],
]);

/** Throws unless options are an object that has nothing but known ones. `kind` is `bolt` or
 * `spout`, `values` what is emitted with them. */
export function checkOptions(options, kind, method, values) {
  const known = OPTIONS[kind][method];
  const form = `${method}(values, { ${known.join(', ')} })`;
  const stop = (what, write) => {
    throw new TypeError(`${method}: expected ${form}, got ${what}${write === undefined ? '' : `: write ${write}`}`);
  };
  if (typeof values === 'string') stop(`the text ${quoted(values)} first`, `${method}(values, { stream: ${quoted(values)} })`);
  if (typeof options === 'string') stop(show(options), `{ stream: ${quoted(options)} }`);
  if (typeof options === 'function') stop('a function, which nobody calls');
  if (isTuple(options)) stop('a tuple', kind === 'bolt' ? '{ anchors: [tuple] }' : undefined);
  if (Array.isArray(options)) stop('an array', kind === 'bolt' ? '{ anchors: [tuple] }' : undefined);
  if (typeof options === 'number' && kind === 'spout') stop(show(options), `{ id: ${options} }`);
  if (typeof options !== 'object' || options === null) stop(show(options));
  for (const name in options) {
    if (known.includes(name)) continue;
    const meant = ELSEWHERE.get(simple(name)) ?? nearest(name, known);
    stop(`the option ${quoted(name)}, which there is not`, known.includes(meant) ? meant : undefined);
  }
}

const quoted = (text) => `'${cut(text, 40).toWellFormed()}'`;
