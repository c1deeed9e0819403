// console.table: rows and columns, drawn with characters.
import { inspect } from './inspect.js';
import { cut } from './text.js';

/** More than a log line has room for. */
const MOST_ROWS = 500;
const MOST_COLUMNS = 50;
const LONGEST_CELL = 100;

/** The lines of a table of the values in a list or an object: a line for each, a column for each of
 * their properties, or for those named in `columns`. null for what has no rows. */
export function tableText(data, columns) {
  if (typeof data !== 'object' || data === null) return null;
  const rows = rowsOf(data);
  const found = rows.flatMap(([, value]) => (isRecord(value) ? Object.keys(value).slice(0, MOST_COLUMNS) : []));
  const names = (Array.isArray(columns) ? columns.map(nameOf) : [...new Set(found)]).slice(0, MOST_COLUMNS);
  const hasValues = rows.some(([, value]) => !isRecord(value));
  const lines = rows.map(([index, value]) => [
    index,
    ...names.map((name) => (isRecord(value) && Object.hasOwn(value, name) ? inspect(value[name]) : '')),
    ...(hasValues ? [isRecord(value) ? '' : inspect(value)] : []),
  ]);
  return draw([['(index)', ...names, ...(hasValues ? ['Values'] : [])], ...lines]);
}

const nameOf = (column) => (typeof column === 'string' ? column : inspect(column));

const isRecord = (value) => typeof value === 'object' && value !== null;

/** The first rows, with the name of each. */
function rowsOf(data) {
  const first = (values) => Array.from({ length: Math.min(values.length, MOST_ROWS) }, (_, i) => values[i]);
  if (data instanceof Map) return first([...data]).map(([key, value]) => [inspect(key), value]);
  const list = data instanceof Set ? [...data] : data;
  if (Array.isArray(list) || ArrayBuffer.isView(list)) return first(list).map((value, i) => [String(i), value]);
  return first(Object.keys(data)).map((key) => [key, data[key]]);
}

function draw(rows) {
  const cells = rows.map((row) => row.map((cell) => cut(cell, LONGEST_CELL)));
  const widthOf = (cell) => [...cell].length;
  const widths = cells[0].map((_, i) => Math.max(...cells.map((row) => widthOf(row[i]))));
  const rule = (left, middle, right) => left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  const [head, ...body] = cells.map((row) => {
    const padded = row.map((cell, i) => ` ${cell}${' '.repeat(widths[i] - widthOf(cell))} `);
    return `│${padded.join('│')}│`;
  });
  return [rule('┌', '┬', '┐'), head, rule('├', '┼', '┤'), ...body, rule('└', '┴', '┘')];
}
