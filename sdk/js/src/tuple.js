// Rows as the author sees them. A tuple has its fields as own properties and
// nothing else that could clash with a field's name.
import { decodeColumn } from './columns.js';

const BATCH = Symbol('batch');

/** The handle of a tuple, by which the host knows the row. */
export const HANDLE = Symbol('handle');

/** The batch of a tuple, without its columns: a kept tuple holds it. */
export const batchOf = (tuple) => tuple?.[BATCH];

/** Whether something is a tuple at all. */
export const isTuple = (value) => typeof value === 'object' && value !== null && BATCH in value;

/** What is known of the rows of one input: made once, when a task is prepared. */
export class Input {
  constructor({ component, stream, fields }) {
    this.component = component;
    this.stream = stream;
    this.fields = fields;
    this.tuples = compileTuples(fields);
    this.lazy = compileLazy(fields);
  }

  /** The columns of a WIT batch as arrays, in the order of the fields. */
  decode(columns, rows) {
    return this.fields.map(({ kind }, i) => decodeColumn(kind, columns[i], rows));
  }
}

/**
 * A function that makes the tuples of a batch, made for the fields of an input:
 * an object literal is the cheapest object that QuickJS can make (a class with
 * getters costs twice as much, private fields three times).
 */
function compileTuples(fields) {
  const own = fields.map(({ name }, i) => {
    const key = JSON.stringify(name);
    return `${name === '__proto__' ? `[${key}]` : key}: c${i}[i]`;
  });
  const source = `
    ${fields.map((_, i) => `const c${i} = columns[${i}];`).join('\n    ')}
    const tuples = [];
    const first = batch.firstRow;
    for (let i = 0; i < rows; i++) {
      tuples[i] = { ${[...own, '[BATCH]: batch', '[HANDLE]: (first + i) >>> 0'].join(', ')} };
    }
    return tuples;`;
  const make = new Function('BATCH', 'HANDLE', 'columns', 'rows', 'batch', source);
  return (columns, rows, batch) => make(BATCH, HANDLE, columns, rows, batch);
}

/**
 * A function that makes the `columns` of a batch: an object with a getter for each
 * field, which has the values decoded when it is first asked for them.
 */
function compileLazy(fields) {
  const own = fields.map(({ name }, i) => {
    const key = JSON.stringify(name);
    return `get ${name === '__proto__' ? `[${key}]` : key}() { return columns[${i}].values; }`;
  });
  return new Function('columns', `return { ${['__proto__: null', ...own].join(', ')} };`);
}

/** A column as the host has sent it: decoded only if somebody looks at its values. */
export class Column {
  #field;
  #wit;
  #values = null;

  constructor(field, wit, rows) {
    this.#field = field;
    this.#wit = wit;
    this.length = rows;
  }

  /** The values, nulls included, as an array. */
  get values() {
    this.#values ??= decodeColumn(this.#field.kind, this.#wit, this.length);
    return this.#values;
  }

  /** What to send as the column of a field: what came, or null if it does not fit. */
  sentAs({ kind, nullable }) {
    const hasNulls = this.#wit.nulls !== null && this.#wit.nulls !== undefined;
    return kind === this.#field.kind && (nullable || !hasNulls) ? this.#wit : null;
  }
}

/** A batch of rows for `processBatch`, as columns and as tuples. */
export class Batch {
  #input;
  #origin;
  #received;
  #tuples = null;

  constructor(input, origin, columns, rows) {
    this.#input = input;
    this.#origin = origin;
    this.#received = input.fields.map((field, i) => new Column(field, columns[i], rows));
    this.length = rows;
    this.columns = input.lazy(this.#received);
    this.source = origin.origin;
  }

  /** A column to hand on as it is. */
  column(name) {
    const { fields } = this.#input;
    const i = fields.findIndex((field) => field.name === name);
    if (i >= 0) return this.#received[i];
    throw new RangeError(
      `no field ${String(name)} in this batch; its fields are ${fields.map((field) => field.name).join(', ')}`,
    );
  }

  /** The rows as tuples. */
  get tuples() {
    this.#tuples ??= this.#input.tuples(
      this.#received.map((column) => column.values),
      this.length,
      this.#origin,
    );
    return this.#tuples;
  }

  [Symbol.iterator]() {
    return this.tuples[Symbol.iterator]();
  }
}
