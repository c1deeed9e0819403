// Methods of an author's class that mean something elsewhere, or almost mean something
// here. Bolts come from Storm's own storm.js, and from Java and Python, where other methods
// are called. One that nobody calls here would do nothing, in silence; so it is refused,
// with the name to write. A name that the author's own code uses is his own.
import { CALLED, isRead, isUsed, methodsOf, nameOf, sourceOf } from './authored.js';
import { placeOf } from './errors.js';
import { isNear, simple } from './near.js';

/** By names of elsewhere, in small letters: what to write, the first of these that the kind
 * has. */
const ELSEWHERE = {
  initialize: ['prepare'],
  initialise: ['prepare'],
  init: ['prepare'],
  setup: ['prepare'],
  onprepare: ['prepare'],
  open: ['prepare'],
  execute: ['process'],
  processtuple: ['process'],
  processticktuple: ['tick'],
  processtick: ['tick'],
  ontick: ['tick'],
  nexttuple: ['next'],
  nextbatch: ['next'],
  ack: ['acked'],
  fail: ['failed'],
  cleanup: ['close'],
  teardown: ['close'],
  onclose: ['close'],
  choosetasks: ['choose'],
};

/** Throws if the class of an author has a method that nobody calls, and that he expects to be
 * called. `base` is the class of the SDK which it extends. */
export function refuseForeign(Class, base, kind) {
  const called = new Map(CALLED[kind].map((shown) => [nameOf(shown), shown]));
  for (const [owner, name, method] of methodsOf(Class, base)) {
    if (name in base.prototype) continue;
    const wanted = wantedFor(name, method, called, Class, base);
    if (wanted === undefined || isUsed(name, method, Class, base)) continue;
    const where = owner.name ? `${owner.name}.${name}` : name;
    throw new TypeError(`${placeOf(method)}${where} is never called here: write ${called.get(wanted)}`);
  }
}

/** Throws if the host does not give a method of an author all that it takes. */
export function refuseParameters(Class, base, kind) {
  for (const shown of CALLED[kind]) {
    const name = nameOf(shown);
    const method = Class.prototype[name];
    const instead = Object.hasOwn(GIVEN, name) ? GIVEN[name] : undefined;
    if (instead === undefined || typeof method !== 'function' || method.length < 2 || isRead(name, Class, base)) continue;
    throw new TypeError(`${placeOf(method)}${name} has ${method.length} parameters, but ${instead}: write ${shown}`);
  }
}

/** What those methods are given that have more parameters elsewhere. */
const GIVEN = {
  prepare: 'prepare is given the context only (the configuration is context.config)',
  process: 'process is given the tuple only; it is acked when process returns',
  processBatch: 'processBatch is given the batch only; its rows are acked when processBatch returns',
};

/** Where a class has no method of these names: what to say of it besides. */
export function insteadOf(Class, names) {
  const source = sourceOf(Class);
  // Also as esbuild writes a field where TypeScript has useDefineForClassFields false.
  const field = names.find((name) => new RegExp(`[{;\\n]\\s*(?:this\\s*\\.\\s*)?${name}\\s*=[^=]`).test(source));
  if (field === undefined) return '';
  return `; ${field} = ... is a field, which is there only once the component is made: make it a method, ${field}(...) { ... }`;
}

/** The method that the author of this one may have meant. */
function wantedFor(name, method, called, Class, base) {
  const same = simple(name);
  const known = Object.hasOwn(ELSEWHERE, same) ? ELSEWHERE[same].find((wanted) => called.has(wanted)) : undefined;
  if (known !== undefined) return known;
  return [...called].find(([wanted, shown]) => {
    const isGiven = Class.prototype[wanted] !== base.prototype[wanted];
    const takes = shown.endsWith('()') ? 0 : 1;
    return !isGiven && method.length <= takes && isNear(same, wanted.toLowerCase());
  })?.[0];
}
