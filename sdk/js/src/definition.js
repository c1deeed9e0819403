// What is said of a component in its class: read once, checked, and turned into
// the description that the host asks for.
import { withWholePairs } from './json.js';
import { refuseArrow } from './methods.js';
import { nearest } from './near.js';
import { OutputStream, checkedName, fieldList, fieldsToWit } from './schema.js';

/** The keys of a definition that describe it; they become static properties. */
const DESCRIBING = ['summary', 'inputs', 'inputsByStream', 'outputs', 'config', 'capabilities'];

/** What a topology may be asked to grant. */
const CAPABILITIES = ['stdout', 'files', 'environment'];

/**
 * A class from a definition object: describing keys become static properties,
 * functions become methods.
 */
export function classFrom(base, definition, what, settings = []) {
  if (typeof definition !== 'object' || definition === null) {
    throw new TypeError(`${what}(): expected a definition object`);
  }
  // Without a name: it would be taken for one of the author's.
  const Defined = (() => class extends base {})();
  for (const key of Object.keys(definition)) {
    const value = definition[key];
    if (DESCRIBING.includes(key) || settings.includes(key)) {
      Defined[key] = value;
    } else if (typeof value === 'function') {
      refuseArrow(`${what}(): ${key}`, value);
      Object.defineProperty(Defined.prototype, key, { value, writable: true, configurable: true });
    } else {
      const known = [...DESCRIBING, ...settings];
      const meant = nearest(key, known);
      const write = meant === undefined ? '' : `: write ${meant}`;
      throw new TypeError(`${what}(): unknown key ${key}; expected ${known.join(', ')} or a method${write}`);
    }
  }
  return Defined;
}

/** The checked parts of a component's class. */
export function describeClass(Class) {
  const { summary = '', outputs = [], capabilities = [], config } = Class;
  if (typeof summary !== 'string') throw new TypeError('summary: expected text');
  if (!Array.isArray(outputs)) {
    throw new TypeError('outputs: expected a list of streams, such as [stream({ word: text })]');
  }
  const names = new Set();
  for (const output of outputs) {
    if (!(output instanceof OutputStream)) {
      throw new TypeError('outputs: expected streams made with stream()');
    }
    if (names.has(output.name)) throw new TypeError(`outputs: stream ${output.name} is there twice`);
    names.add(output.name);
  }
  if (!Array.isArray(capabilities) || !capabilities.every((name) => CAPABILITIES.includes(name))) {
    throw new TypeError(`capabilities: expected a list of ${CAPABILITIES.join(', ')}`);
  }
  return {
    summary: summary.toWellFormed(),
    outputs,
    inputs: requirements(Class),
    configSchema: schemaText(config),
    capabilities: [...capabilities],
  };
}

/** The JSON Schema of the configuration as text; null if there is none. */
function schemaText(config) {
  if (config === undefined || config === null) return null;
  const text = JSON.stringify(config);
  if (text === undefined) throw new TypeError('config: expected a JSON Schema as an object');
  return withWholePairs(text);
}

/** The description as the WIT record. */
export function descriptionToWit({ summary, outputs, inputs, configSchema, capabilities }) {
  return {
    summary,
    outputs: outputs.map(({ name, fields, direct }) => ({
      name,
      fields: fieldsToWit(fields),
      direct,
    })),
    inputs,
    configSchema,
    // Measured in QuickJS: one string that is split costs 67 ns a value, strings
    // that cross one by one a little more. See README.md.
    textForm: 'joined',
    capabilities,
  };
}

function requirements({ inputs, inputsByStream }) {
  const found = [];
  if (inputs !== undefined) {
    found.push({ streamName: null, fields: fieldsToWit(fieldList(inputs, 'inputs')) });
  }
  for (const [name, fields] of Object.entries(inputsByStream ?? {})) {
    checkedName(name, 'inputsByStream: stream');
    const required = fieldsToWit(fieldList(fields, `inputsByStream.${name}`));
    found.push({ streamName: name, fields: required });
  }
  return found;
}
