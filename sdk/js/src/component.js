// The exports of a component, made from what the author's module exports by
// default. The build writes an entry file that calls these.
import './globals.js';
import { replacePromise } from './promise.js';
import { replaceRandom } from './random.js';
import { boltExports } from './bolt-task.js';
import { groupingExports } from './grouping-task.js';
import { spoutExports } from './spout-task.js';
import { Bolt } from './bolt.js';
import { Grouping } from './grouping.js';
import { leave, noteOf } from './note.js';
import { Spout } from './spout.js';

replacePromise();
replaceRandom();

function expectClass(exported, base, what) {
  if (typeof exported === 'function' && exported.prototype instanceof base) {
    leave(noteOf(exported, base, what));
    return exported;
  }
  throw new TypeError(
    `the main module must export a ${what} by default: export default ${what}({ ... }), or a class that extends ${base.name}`,
  );
}

export const exportBolt = (exported) => boltExports(expectClass(exported, Bolt, 'bolt'));
export const exportSpout = (exported) => spoutExports(expectClass(exported, Spout, 'spout'));
export const exportGrouping = (exported) =>
  groupingExports(expectClass(exported, Grouping, 'grouping'));
