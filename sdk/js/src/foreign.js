// Methods of an author's class that mean something elsewhere, or almost mean something
// here. Bolts come from Storm's own storm.js, and from Java and Python, where other methods
// are called. One that nobody calls here would do nothing, in silence; so it is refused,
// with the name to write. A name that the author's own code uses is his own.
import { placeOf } from './errors.js';
import { isNear, nearest, simple } from './near.js';
import { FieldType, OutputStream } from './schema.js';

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

/** Throws if a class has settings under names that nobody reads, or methods that are static. */
export function refuseStatics(Class, base, kind) {
  const known = SETTINGS[kind];
  const called = new Map(CALLED[kind].map((shown) => [nameOf(shown), shown]));
  for (const owner of classesOf(Class, base)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (known.includes(name) || WITH_EVERY_CLASS.includes(name) || name.startsWith('_')) continue;
      const where = owner.name ? `${owner.name}.${name}` : name;
      if (typeof property.value === 'function') {
        if (!called.has(name) || isRead(name, Class, base, property.value)) continue;
        throw new TypeError(`${placeOf(property.value)}${where} is static, and nobody calls it there: write ${called.get(name)} without static`);
      }
      const meant = nearest(name, known.filter((setting) => !isSet(setting, Class, base)));
      if (meant === undefined || isRead(name, Class, base)) continue;
      throw new TypeError(`${placeOf(owner)}${where} is no setting, and nobody reads it: write static ${meant} = ...`);
    }
  }
}

/** Throws if an instance has what is said in its class: the host has read that before. */
export function refuseFields(instance, Class, base, kind) {
  const known = SETTINGS[kind].filter((setting) => Object.hasOwn(LIKE, setting));
  const stop = (name, meant, value) => {
    const given = meant === 'autoAck' ? value : meant === 'tracking' ? `'${value}'` : '...';
    throw new TypeError(
      `${placeOf(Class)}${Class.name ? `${Class.name}: ` : ''}this.${name} is read by nobody, because ${meant} is a setting of the class: write static ${meant} = ${given}, or ${meant}: ${given} in a definition`,
    );
  };
  for (const name of Object.keys(instance)) {
    const meant = known.includes(name) ? name : name.startsWith('_') ? undefined : nearest(name, known);
    if (meant === undefined || (meant !== name && isRead(name, Class, base))) continue;
    const value = instance[name];
    if (LIKE[meant](value)) stop(name, meant, value);
  }
  for (const owner of classesOf(Class, base)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(owner.prototype))) {
      if (get === undefined || !(name === 'autoAck' || name === 'tracking') || !known.includes(name)) continue;
      stop(name, name, name === 'autoAck' ? false : 'ids');
    }
  }
}

/** By kind: what is said in the class. */
const SETTINGS = {
  bolt: ['summary', 'inputs', 'inputsByStream', 'outputs', 'config', 'capabilities', 'autoAck'],
  spout: ['summary', 'inputs', 'inputsByStream', 'outputs', 'config', 'capabilities', 'tracking'],
  grouping: ['summary', 'inputs', 'inputsByStream', 'config'],
};

const WITH_EVERY_CLASS = ['length', 'name', 'prototype'];

const isTypes = (value) => isObject(value) && Object.values(value).length > 0 && Object.values(value).every((type) => type instanceof FieldType);
const isObject = (value) => typeof value === 'object' && value !== null;

/** What a field of an instance looks like that was meant as one of these settings. An author's
 * own may well be called `inputs`. */
const LIKE = {
  inputs: isTypes,
  inputsByStream: (value) => isObject(value) && Object.values(value).length > 0 && Object.values(value).every(isTypes),
  outputs: (value) => Array.isArray(value) && value.length > 0 && value.every((output) => output instanceof OutputStream),
  autoAck: (value) => typeof value === 'boolean' || value === 'true' || value === 'false',
  tracking: (value) => value === 'none' || value === 'ids' || value === 'host',
};

/** Whether one of the classes of an author has the setting. */
const isSet = (name, Class, base) => [...classesOf(Class, base)].some((owner) => Object.hasOwn(owner, name));

/** Whether the author's own code reads a property. To give it a value is not to read it.
 * `own` is a method whose own code does not count. */
function isRead(name, Class, base, own = undefined) {
  const exact = name.replaceAll('$', '\\$');
  const reads = new RegExp(`\\.\\s*${exact}(?![\\w$])(?!\\s*=[^=])|\\[\\s*['"\`]${exact}['"\`]\\s*\\](?!\\s*=)|[{,]\\s*${exact}\\s*[,:}][^=]*=\\s*(?:this|[\\w$]+)(?![\\w$])`);
  const sources = [...classesOf(Class, base)].map(sourceOf);
  for (const [, , method] of methodsOf(Class, base)) sources.push(sourceOf(method));
  return sources.some((source) => reads.test(own === undefined ? source : source.replace(sourceOf(own), '')));
}

/** Where a class has no method of these names: what to say of it besides. */
export function insteadOf(Class, names) {
  const source = sourceOf(Class);
  // Also as esbuild writes a field where TypeScript has useDefineForClassFields false.
  const field = names.find((name) => new RegExp(`[{;\\n]\\s*(?:this\\s*\\.\\s*)?${name}\\s*=[^=]`).test(source));
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
  const same = simple(name);
  const known = Object.hasOwn(ELSEWHERE, same) ? ELSEWHERE[same].find((wanted) => called.has(wanted)) : undefined;
  if (known !== undefined) return known;
  return [...called].find(([wanted, shown]) => {
    const isGiven = Class.prototype[wanted] !== base.prototype[wanted];
    const takes = shown.endsWith('()') ? 0 : 1;
    return !isGiven && method.length <= takes && isNear(same, wanted.toLowerCase());
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
