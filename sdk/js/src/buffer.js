// Rows on their way out: one buffer for each stream, and for each receiving task
// of a direct stream. Rows emitted by a call that fails are cut off again.
import { checkValue, show } from './check.js';
import { encodeColumn } from './columns.js';

export class RowBuffer {
  /** `links` says of each row what it is anchored to (bolt) or its id (spout). */
  constructor(stream, output, directTask) {
    this.stream = stream;
    this.output = output;
    this.directTask = directTask;
    this.columns = stream.fields.map(() => []);
    this.links = [];
    this.rows = 0;
    this.append = compileAppend(stream, this.columns);
    this.markedBy = 0;
    this.mark = 0;
  }

  /** Adds a row. Nothing is added if a value is refused. `step` counts the units of
   * work that fail as one; what the last one added can be undone. */
  add(values, link, step) {
    const row = this.rows;
    if (this.markedBy !== step) {
      this.markedBy = step;
      this.mark = row;
    }
    this.append(values, row);
    this.links[row] = link;
    this.rows = row + 1;
  }

  /** How many rows there are in columns: as many as values of the first field. */
  rowsOf(columns) {
    const { name, fields } = this.stream;
    if (typeof columns !== 'object' || columns === null) {
      throw new TypeError(`${name}: expected an object of arrays, got ${show(columns)}`);
    }
    return expectArray(name, fields[0], columns[fields[0].name]).length;
  }

  /** Adds rows given as columns, `links` one a row. Nothing is added if a value is
   * refused. */
  addColumns(columns, links, step) {
    const { name, fields } = this.stream;
    const checked = fields.map((field) => {
      const column = expectArray(name, field, columns[field.name]);
      if (column.length !== links.length) {
        throw new RangeError(
          `${name}.${field.name}: expected ${links.length} values, got ${column.length}`,
        );
      }
      return Array.from(column, (value) => checkValue(name, field, value));
    });
    if (this.markedBy !== step) {
      this.markedBy = step;
      this.mark = this.rows;
    }
    for (let row = 0; row < links.length; row++) {
      for (let i = 0; i < checked.length; i++) this.columns[i][this.rows + row] = checked[i][row];
      this.links[this.rows + row] = links[row];
    }
    this.rows += links.length;
  }

  /** Takes back what `step` added. */
  undo(step) {
    if (this.markedBy === step) this.cut(this.mark);
  }

  /** Keeps the first `rows` rows only. */
  cut(rows) {
    for (const column of this.columns) column.length = rows;
    this.links.length = rows;
    this.rows = rows;
    this.markedBy = 0;
  }

  /** The rows as WIT columns. */
  encode() {
    return this.stream.fields.map(({ kind, nullable }, i) =>
      encodeColumn(kind, nullable, this.columns[i]),
    );
  }
}

function expectArray(stream, field, column) {
  if (Array.isArray(column) || ArrayBuffer.isView(column)) return column;
  throw new TypeError(`${stream}.${field.name}: expected an array of values, got ${show(column)}`);
}

/** Values that need no closer look, by kind: `v` is the value. */
const PLAIN = {
  bool: (v) => `typeof ${v} === 'boolean'`,
  int: (v) => `typeof ${v} === 'number' && (${v} | 0) === ${v}`,
  timestamp: (v) => `Number.isSafeInteger(${v})`,
  float: (v) => `typeof ${v} === 'number'`,
  text: (v) => `typeof ${v} === 'string'`,
  bytes: () => 'false',
  json: () => 'false',
};

/**
 * A function that checks one row and stores it, made for the fields of a stream:
 * a loop over fields costs QuickJS about as much again as the row itself.
 */
function compileAppend({ name, fields }, columns) {
  const object = fields.map((field) => `values[${JSON.stringify(field.name)}]`);
  const take = fields.map((field, i) => {
    const value = `v${i}`;
    return `if (!(${PLAIN[field.kind](value)})) ${value} = check(${i}, ${value});`;
  });
  const source = `
    return function append(values, row) {
      if (typeof values !== 'object' || values === null) refuse(values);
      let ${fields.map((_, i) => `v${i}`).join(', ')};
      if (isArray(values)) {
        if (values.length !== ${fields.length}) refuse(values);
        ${fields.map((_, i) => `v${i} = values[${i}];`).join(' ')}
      } else {
        ${object.map((value, i) => `v${i} = ${value};`).join(' ')}
      }
      ${take.join('\n      ')}
      ${fields.map((_, i) => `columns[${i}][row] = v${i};`).join(' ')}
    };`;
  const check = (i, value) => checkValue(name, fields[i], value);
  const refuse = (values) => {
    const wanted = fields.map((field) => field.name).join(', ');
    const got = Array.isArray(values) ? `an array of ${values.length}` : show(values);
    throw new TypeError(
      `${name}: expected an object or an array with the ${fields.length} values ${wanted}, got ${got}`,
    );
  };
  return new Function('columns', 'check', 'refuse', 'isArray', source)(
    columns,
    check,
    refuse,
    Array.isArray,
  );
}

/** The buffers of a component, by stream and receiving task. */
export class Outbox {
  constructor(outputs, what) {
    this.what = what;
    this.outputs = new Map(outputs.map((output, index) => [output.name, { output, index }]));
    this.buffers = new Map();
  }

  /** The buffer for rows of a stream; `kind` separates what may not share one. */
  buffer(name, directTask, kind = '') {
    const key = directTask === undefined && kind === '' ? name : `${name} ${directTask} ${kind}`;
    const known = this.buffers.get(key);
    if (known !== undefined) return known;
    const found = this.outputs.get(name);
    if (found === undefined) throw new RangeError(this.unknown(name));
    const { output, index } = found;
    checkDirectTask(output, directTask);
    const made = new RowBuffer(output, index, directTask ?? null);
    made.kind = kind;
    this.buffers.set(key, made);
    return made;
  }

  undo(step) {
    for (const buffer of this.buffers.values()) buffer.undo(step);
  }

  clear() {
    for (const buffer of this.buffers.values()) if (buffer.rows > 0) buffer.cut(0);
  }

  /** The WIT emissions of all rows, emptying the buffers. `link` makes the rest of
   * the record from a buffer. */
  take(link) {
    const emissions = [];
    for (const buffer of this.buffers.values()) {
      const { output, rows, directTask } = buffer;
      if (rows === 0) continue;
      emissions.push({ output, rows, columns: buffer.encode(), directTask, ...link(buffer) });
      buffer.cut(0);
    }
    return emissions;
  }

  unknown(name) {
    const names = [...this.outputs.keys()];
    const has = names.length === 0 ? 'has no output streams' : `emits on ${names.join(', ')}`;
    return `stream ${String(name)}: there is none of this name; this ${this.what} ${has}`;
  }
}

function checkDirectTask({ name, direct }, task) {
  if (direct && task === undefined) {
    throw new TypeError(`${name}: a direct stream needs the receiving task: emit(values, { directTask })`);
  }
  if (!direct && task !== undefined) {
    throw new TypeError(`${name}: directTask is for direct streams, and this is none`);
  }
  if (task !== undefined && !(Number.isInteger(task) && task >= 0 && task <= 0xffffffff)) {
    throw new TypeError(`${name}: directTask: expected the number of a task, got ${show(task)}`);
  }
}
