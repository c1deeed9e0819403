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

/** A batch of rows for `processBatch`, as columns and as tuples. */
export class Batch {
  #tuples = null;

  constructor(input, source, columns, rows) {
    this.length = rows;
    this.columns = Object.create(null);
    input.fields.forEach(({ name }, i) => {
      this.columns[name] = columns[i];
    });
    this.source = source.origin;
    this.make = () => input.tuples(columns, rows, source);
    Object.defineProperty(this, 'make', { enumerable: false });
  }

  /** The rows as tuples. */
  get tuples() {
    this.#tuples ??= this.make();
    return this.#tuples;
  }

  [Symbol.iterator]() {
    return this.tuples[Symbol.iterator]();
  }
}
