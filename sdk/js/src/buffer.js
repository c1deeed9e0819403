// Rows on their way out: one buffer for each stream, and for each receiving task
// of a direct stream. Rows emitted by a call that fails are cut off again.
import { checkValue, show } from './check.js';
import { encodeColumn } from './columns.js';
import { Column, isTuple } from './tuple.js';

/** So many rows are worth an emission of their own. */
const MANY_ROWS = 64;

export class RowBuffer {
  /** `links` says of each row what it is anchored to (bolt) or its id (spout). */
  constructor(stream, output, directTask) {
    this.stream = stream;
    this.output = output;
    this.directTask = directTask;
    this.columns = stream.fields.map(() => []);
    this.links = [];
    this.rows = 0;
    /** Whether every link is one number, not a list of them. */
    this.single = true;
    /** Rows that were emitted before these as whole columns, encoded. */
    this.whole = [];
    this.markedBy = 0;
    this.mark = 0;
    /** Adds a row: `add(values, link, step)`. Nothing is added if a value is
     * refused. `step` counts the units of work that fail as one; what the last one
     * added can be undone. */
    this.add = compileAdd(stream, this.columns, this.links);
    this.copy = stream.fields.map((_, i) => compileCopy(stream, i, this.columns[i]));
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
  addColumns(columns, links, single, step) {
    this.expectColumns(columns, links.length);
    const start = this.rows;
    if (this.markedBy !== step) {
      this.markedBy = step;
      this.mark = start;
    }
    this.stream.fields.forEach((field, i) => this.copyColumn(i, columns[field.name], start));
    for (let row = 0; row < links.length; row++) this.links[start + row] = links[row];
    if (!single) this.single = false;
    this.rows = start + links.length;
  }

  /** The same, encoded at once if they are many and no rows wait before them. For
   * rows that stay or are undone together. */
  addWhole(columns, links, single, step) {
    if (this.rows > 0 || links.length < MANY_ROWS) {
      this.addColumns(columns, links, single, step);
      return;
    }
    this.expectColumns(columns, links.length);
    const encoded = this.stream.fields.map((field, i) => {
      const column = columns[field.name];
      const sent = column instanceof Column ? column.sentAs(field) : null;
      if (sent !== null) return sent;
      this.copyColumn(i, column, 0);
      const made = encodeColumn(field.kind, field.nullable, this.columns[i]);
      this.columns[i].length = 0;
      return made;
    });
    this.whole.push({ rows: links.length, columns: encoded, links, single, step });
  }

  /** Throws unless there is a column of so many values for each field. */
  expectColumns(columns, rows) {
    const { name, fields } = this.stream;
    expectNoOther(name, fields, columns);
    for (const field of fields) {
      const column = expectArray(name, field, columns[field.name]);
      if (column.length !== rows) {
        throw new RangeError(
          `${name}.${field.name}: expected ${rows} values, got ${column.length}`,
        );
      }
    }
  }

  /** Copies the values of a field from row `start` on; all rows end there if one of
   * them is refused. */
  copyColumn(i, column, start) {
    try {
      this.copy[i](column instanceof Column ? column.values : column, start);
    } catch (error) {
      for (const values of this.columns) values.length = start;
      throw error;
    }
  }

  /** Takes back what `step` added. */
  undo(step) {
    while (this.whole.at(-1)?.step === step) this.whole.pop();
    if (this.markedBy === step) this.cut(this.mark);
  }

  /** Keeps the first `rows` of the rows that are not in whole columns. */
  cut(rows) {
    for (const column of this.columns) column.length = rows;
    this.links.length = rows;
    this.rows = rows;
    this.markedBy = 0;
    if (rows === 0) this.single = true;
  }

  clear() {
    if (this.rows > 0) this.cut(0);
    if (this.whole.length > 0) this.whole = [];
  }

  /** Takes off the rows from `rows` on. Returns what puts them back, once it is empty. */
  split(rows) {
    const columns = this.columns.map((column) => column.splice(rows));
    const links = this.links.splice(rows);
    const { single } = this;
    this.cut(rows);
    return () => {
      columns.forEach((rest, i) => {
        for (const value of rest) this.columns[i].push(value);
      });
      for (const link of links) this.links.push(link);
      this.rows = links.length;
      this.single = single;
    };
  }

  /** The rows as WIT columns. */
  encode() {
    return this.stream.fields.map(({ kind, nullable }, i) =>
      encodeColumn(kind, nullable, this.columns[i]),
    );
  }
}

/** Throws if an object has something of its own that is no field of the stream. A tuple, or a copy
 * of one, may have more. */
function expectNoOther(stream, fields, values) {
  if (isTuple(values)) return;
  const other = Object.keys(values).find((key) => !fields.some((field) => field.name === key));
  if (other === undefined) return;
  const known = fields.map((field) => field.name).join(', ');
  throw new TypeError(`${stream}: there is no field ${show(other).replace('the string ', '')}; the fields are ${known}`);
}

function expectArray(stream, field, column) {
  if (Array.isArray(column) || ArrayBuffer.isView(column) || column instanceof Column) return column;
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
 * The method `add` of a buffer, made for the fields of its stream: a loop over
 * fields costs QuickJS about as much again as the row itself.
 */
function compileAdd({ name, fields }, columns, links) {
  const each = (line, from = 0) => fields.map(line).slice(from).join('\n        ');
  const first = JSON.stringify(fields[0].name);
  // An array is what lacks the first field, unless arrays have something of its name.
  const maybeArray = fields[0].name in Array.prototype ? 'isArray(values)' : 'v0 === undefined';
  const source = `
    ${each((_, i) => `const c${i} = columns[${i}];`)}
    return function add(values, link, step) {
      let ${fields.map((_, i) => `v${i}`).join(', ')};
      v0 = values?.[${first}];
      if (${maybeArray}) {
        if (!isArray(values)) refuseUnlessObject(values);
        else if (values.length !== ${fields.length}) refuse(values);
        else {
          ${each((_, i) => `v${i} = values[${i}];`)}
        }
      } else {
        ${each((field, i) => `v${i} = values[${JSON.stringify(field.name)}];`, 1)}
        // 0.26 us a row in QuickJS; a loop of for-in takes 0.38.
        if (keysOf(values).length !== ${fields.length}) refuseOthers(values);
      }
      ${each(({ kind }, i) => `if (!(${PLAIN[kind](`v${i}`)})) v${i} = check(${i}, v${i});`)}
      const row = this.rows;
      if (this.markedBy !== step) {
        this.markedBy = step;
        this.mark = row;
      }
      ${each((_, i) => `c${i}[row] = v${i};`)}
      links[row] = link;
      this.rows = row + 1;
    };`;
  const check = (i, value) => checkValue(name, fields[i], value);
  const refuse = (values) => {
    const wanted = fields.map((field) => field.name).join(', ');
    const got = Array.isArray(values) ? `an array of ${values.length}` : show(values);
    throw new TypeError(
      `${name}: expected an object or an array with the ${fields.length} values ${wanted}, got ${got}`,
    );
  };
  const refuseUnlessObject = (values) => {
    if (typeof values !== 'object' || values === null) refuse(values);
    if (Array.isArray(values.tuple) && !fields.some((field) => field.name === 'tuple')) {
      throw new TypeError(
        `${name}: emit({ tuple, ... }) is of storm.js of Apache Storm: write emit(values, { stream, anchors, directTask }), with the values of the row themselves`,
      );
    }
  };
  const refuseOthers = (values) => expectNoOther(name, fields, values);
  const names = ['columns', 'links', 'check', 'refuse', 'refuseUnlessObject', 'refuseOthers', 'keysOf', 'isArray'];
  const make = new Function(...names, source);
  return make(columns, links, check, refuse, refuseUnlessObject, refuseOthers, Object.keys, Array.isArray);
}

/** A function that checks the values of a field and stores them from a row on. */
function compileCopy({ name, fields }, i, target) {
  const field = fields[i];
  const source = `
    return function copy(values, start) {
      const rows = values.length;
      for (let row = 0; row < rows; row++) {
        const value = values[row];
        target[start + row] = ${PLAIN[field.kind]('value')} ? value : check(value);
      }
    };`;
  const check = (value) => checkValue(name, field, value);
  return new Function('target', 'check', source)(target, check);
}

/** The buffers of a component, by stream and receiving task. */
export class Outbox {
  constructor(outputs, what) {
    this.what = what;
    this.outputs = new Map(outputs.map((output, index) => [output.name, { output, index }]));
    this.buffers = new Map();
  }

  /** Whether there is a stream of this name that is not direct. */
  isOrdinary(name) {
    return this.outputs.get(name)?.output.direct === false;
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
    for (const buffer of this.buffers.values()) buffer.clear();
  }

  /** How many rows wait that are not in whole columns. */
  get rows() {
    let rows = 0;
    for (const buffer of this.buffers.values()) rows += buffer.rows;
    return rows;
  }

  /** The WIT emissions of all rows, emptying the buffers; of those that are not in whole
   * columns `most` at most, and the others stay. `link` makes the rest of the record from a
   * buffer, or from rows in whole columns. */
  take(link, most = Infinity) {
    const emissions = [];
    let room = most;
    for (const buffer of this.buffers.values()) {
      const { output, directTask } = buffer;
      for (const { rows, columns, ...lot } of buffer.whole) {
        emissions.push({ output, rows, columns, directTask, ...link(lot) });
      }
      const rows = Math.min(buffer.rows, room);
      const putBack = rows < buffer.rows ? buffer.split(rows) : null;
      if (rows > 0) {
        emissions.push({ output, rows, columns: buffer.encode(), directTask, ...link(buffer) });
      }
      buffer.clear();
      putBack?.();
      room -= rows;
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
