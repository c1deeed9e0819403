// Types, fields and streams: what a component says of its rows.
import { show } from './check.js';
import { nearest } from './near.js';

/** The type of the values of one field. */
export class FieldType {
  constructor(kind, nullable = false) {
    this.kind = kind;
    this.nullable = nullable;
    Object.freeze(this);
  }

  /** As written in the topology's diagnostics: `int`, `text?`. */
  toString() {
    return this.nullable ? `${this.kind}?` : this.kind;
  }
}

export const bool = new FieldType('bool');
export const int = new FieldType('int');
export const float = new FieldType('float');
export const text = new FieldType('text');
export const bytes = new FieldType('bytes');
export const timestamp = new FieldType('timestamp');
export const json = new FieldType('json');

/** The same type, and null. */
export function nullable(type) {
  if (!(type instanceof FieldType)) {
    throw new TypeError(`nullable(): expected a type such as text or int, got ${String(type)}`);
  }
  return new FieldType(type.kind, true);
}

/** The names of `value-type` in WIT. */
const WIT_KINDS = {
  bool: 'boolean',
  int: 'integer',
  float: 'float',
  text: 'text',
  bytes: 'bytes',
  timestamp: 'timestamp',
  json: 'json',
};
const KINDS = Object.fromEntries(Object.entries(WIT_KINDS).map(([kind, wit]) => [wit, kind]));

const NAME = /^[A-Za-z0-9_-]{1,128}$/;

/** The name of a stream or a field. */
export function checkedName(name, what) {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new TypeError(
      `${what} ${JSON.stringify(name)}: a name has 1 to 128 characters of letters, digits, _ and -`,
    );
  }
  return name;
}

/** `{ word: text }` as a list of named, typed fields. */
export function fieldList(fields, what) {
  if (typeof fields !== 'object' || fields === null) {
    throw new TypeError(`${what}: expected an object of fields such as { word: text }`);
  }
  return Object.entries(fields).map(([name, type]) => {
    checkedName(name, `${what}: field`);
    if (!(type instanceof FieldType)) {
      throw new TypeError(`${what}: field ${name}: expected a type such as text or int`);
    }
    return { name, kind: type.kind, nullable: type.nullable };
  });
}

/** A stream that a component emits on. */
export class OutputStream {
  constructor(name, fields, direct) {
    this.name = checkedName(name, 'stream');
    if (name.startsWith('__')) {
      throw new TypeError(`stream ${name}: names that start with __ belong to the host`);
    }
    this.fields = fieldList(fields, `stream ${name}`);
    if (this.fields.length === 0 || this.fields.length > 1024) {
      throw new TypeError(`stream ${name}: a stream has 1 to 1,024 fields`);
    }
    this.direct = direct;
    Object.freeze(this);
  }
}

/** stream(fields, options) or stream(name, fields, options). */
export function stream(...args) {
  const name = typeof args[0] === 'string' ? args.shift() : 'default';
  const [fields, options = {}] = args;
  const stop = (what) => {
    throw new TypeError(`stream(): expected stream(name, fields, { direct }), got ${what}`);
  };
  if (args.length > 2) stop('more after the options');
  if (typeof options !== 'object' || options === null) {
    const write = typeof options === 'boolean' ? `: write { direct: ${options} }` : typeof options === 'string' ? `: write stream('${options}', fields)` : '';
    stop(`${show(options)} in place of options${write}`);
  }
  for (const key in options) {
    if (key === 'direct') continue;
    stop(`the option '${key}', which there is not${nearest(key, ['direct']) === undefined ? '' : ': write direct'}`);
  }
  const { direct = false } = options;
  if (typeof direct !== 'boolean') throw new TypeError(`stream(): direct: expected true or false, got ${show(direct)}`);
  return new OutputStream(name, fields, direct);
}

/** Fields as WIT records. */
export function fieldsToWit(fields) {
  return fields.map(({ name, kind, nullable }) => ({ name, kind: WIT_KINDS[kind], nullable }));
}

/** Fields from WIT records. */
export function fieldsFromWit(fields) {
  return fields.map(({ name, kind, nullable }) => ({ name, kind: KINDS[kind], nullable }));
}
