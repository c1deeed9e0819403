// Settings of a component, which are read from its class: misspelt ones, and those that are set
// on the instance, would be passed over in silence. They are refused, with what to write. A name
// that the author's own code reads is his own.
import { CALLED, classesOf, isRead, nameOf } from './authored.js';
import { placeOf } from './errors.js';
import { nearest } from './near.js';
import { FieldType, OutputStream } from './schema.js';

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
