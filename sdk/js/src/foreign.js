// Methods of an author's class that mean something elsewhere, or almost mean something
// here. Bolts come from Storm's own storm.js, and from Java and Python, where other methods
// are called. One that nobody calls here would do nothing, in silence; so it is refused,
// with the name to write. A name that the author's own code uses is his own.
import { placeOf } from './errors.js';

/** By kind: the methods that the host calls, as one writes them. */
export const CALLED = {
  bolt: ['prepare(context)', 'process(tuple)', 'processBatch(batch)', 'tick(now)', 'close(reason)'],
  spout: ['prepare(context)', 'activate()', 'deactivate()', 'next(maxRows)', 'acked(id)', 'failed(id)', 'close(reason)'],
  grouping: ['prepare(context)', 'choose(tuple)'],
};

/** By names of elsewhere, in small letters: what to write, the first of these that the kind
 * has. */
const ELSEWHERE = {
  initialize: ['prepare'],
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

/** Where a class has no method of these names: what to say of it besides. */
export function insteadOf(Class, names) {
  const source = sourceOf(Class);
  const field = names.find((name) => new RegExp(`[{;\\n]\\s*${name}\\s*=[^=]`).test(source));
  if (field === undefined) return '';
  return `; ${field} = ... is a field, which is there only once the component is made: make it a method, ${field}(...) { ... }`;
}

/** The methods that the classes of an author define, each with its class. */
function* methodsOf(Class, base) {
  for (const owner of classesOf(Class, base)) {
    for (const name of Object.getOwnPropertyNames(owner.prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(owner.prototype, name);
      if (name !== 'constructor' && typeof value === 'function') yield [owner, name, value];
    }
  }
}

function* classesOf(Class, base) {
  for (let owner = Class; owner !== base && typeof owner === 'function'; owner = Object.getPrototypeOf(owner)) yield owner;
}

/** The method that the author of this one may have meant. */
function wantedFor(name, method, called, Class, base) {
  const simple = name.toLowerCase().replaceAll('_', '');
  const known = Object.hasOwn(ELSEWHERE, simple) ? ELSEWHERE[simple].find((wanted) => called.has(wanted)) : undefined;
  if (known !== undefined) return known;
  return [...called].find(([wanted, shown]) => {
    const isGiven = Class.prototype[wanted] !== base.prototype[wanted];
    const takes = shown.endsWith('()') ? 0 : 1;
    return !isGiven && method.length <= takes && isNear(simple, wanted.toLowerCase());
  })?.[0];
}

/** Whether the author's own code names it, but for the method itself. */
function isUsed(name, method, Class, base) {
  const own = sourceOf(method);
  const sources = [...classesOf(Class, base)].map((owner) => sourceOf(owner).replace(own, ''));
  for (const [, , other] of methodsOf(Class, base)) if (other !== method) sources.push(sourceOf(other));
  const exact = name.replaceAll('$', '\\$');
  const uses = new RegExp(`\\.\\s*${exact}(?![\\w$])|['"\`]${exact}['"\`]|[{,]\\s*${exact}\\s*[,:}][^=]*=\\s*this(?![\\w$])`);
  return sources.some((source) => uses.test(source));
}

const sourceOf = (value) => Function.prototype.toString.call(value);

const nameOf = (shown) => shown.slice(0, shown.indexOf('('));

/** Whether somebody may have meant the other name: one slip of the keyboard, or two in a long
 * name. */
function isNear(name, other) {
  const allowed = other.length >= 7 ? 2 : 1;
  return Math.abs(name.length - other.length) <= allowed && slips(name, other) <= allowed;
}

/** How many letters are left out, added, changed, or swapped with the next one. */
function slips(a, b) {
  let before = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const earlier = before;
    before = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, earlier[j - 2] + 1);
      row.push(best);
    }
  }
  return row[b.length];
}
