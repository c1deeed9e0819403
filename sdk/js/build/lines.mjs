// Which line of which source file a line of the bundle came from. The table goes
// into the component, so that stacks there name the author's files.
import { dirname, relative, resolve, sep } from 'node:path';

const SDK = dirname(import.meta.dirname);
/** Where QuickJS says that something in the bundle is. */
const PLACE = /componentize-qjs:user\.js:(\d+)(?::\d+)?/;
const FRAME = /^\s*at /;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The table of a source map (version 3) whose paths start at the working folder
 * `work`; files are named relative to `source`. */
export function lineTable(map, source, work) {
  const files = map.sources.map((file) => resolve(work, file));
  const own = files.map((file) => !file.startsWith(SDK + sep) && !file.endsWith('stormcell-entry.js'));
  let file = 0;
  let line = 0;
  const lines = map.mappings.split(';').map((segments) => {
    let first = 0;
    let isRepeated = false;
    for (const segment of segments.split(',')) {
      const fields = decode(segment);
      if (fields.length < 4) continue;
      file += fields[1];
      line += fields[2];
      if ((first !== 0 && !isRepeated) || !own[file]) continue;
      first = [file, line + 1];
      // Where a line begins with nothing of its own, esbuild repeats the place before.
      isRepeated = fields.every((number) => number === 0);
    }
    return first;
  });
  const names = files.map((path, i) => (own[i] ? relative(source, path) : ''));
  return new LineTable(names, lines);
}

class LineTable {
  constructor(files, lines) {
    this.files = files;
    this.lines = lines;
  }

  /** Text with places in the bundle, as places in the author's files; what is elsewhere has
   * none, and frames of it are left out. */
  translate(text) {
    return text
      .split('\n')
      .map((row) => this.translateRow(row))
      .filter((row) => row !== null && row !== '')
      .join('\n');
  }

  translateRow(row) {
    const found = PLACE.exec(row);
    if (found === null) return row;
    const entry = this.lines[Number(found[1]) - 1];
    if (entry) return row.replace(PLACE, `${this.files[entry[0]]}:${entry[1]}`);
    return FRAME.test(row) ? null : row.replace(found[0], '').replace(': : ', ': ');
  }

  toJSON() {
    return { files: this.files, lines: this.lines };
  }
}

/** The bundle with the table in it. A string, parsed when the first error is
 * described: most instances never need it. */
export function withLineTable(code, table) {
  const text = JSON.stringify(JSON.stringify(table));
  return `${code}\nglobalThis[Symbol.for('stormcell.lines')] = ${text};\n`;
}

/** The numbers of a segment: base 64, variable length, sign in the lowest bit. */
function decode(segment) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const char of segment) {
    const digit = DIGITS.indexOf(char);
    value += (digit & 31) * 2 ** shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2);
    value = 0;
    shift = 0;
  }
  return numbers;
}
