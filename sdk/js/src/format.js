// Values as the text of a log line, as console.log takes them: if the first is a text, it
// may say with % where the others go.
import { describeError } from './errors.js';
import { inspect, said } from './inspect.js';
import { jsonText } from './json.js';
import { isError } from './text.js';

/** The values as one text. */
export function formatLine(values) {
  const [format] = values;
  if (values.length < 2 || typeof format !== 'string' || !format.includes('%')) return formatAll(values);
  let used = 1;
  const text = format.replace(/%[sdifjoOc%]/g, (place) => {
    if (place === '%%') return '%';
    if (used === values.length) return place;
    return PLACES[place[1]](values[used++]);
  });
  return [text, ...values.slice(used).map(formatValue)].join(' ');
}

/** The values as one text, % and all. */
export const formatAll = (values) => values.map(formatValue).join(' ');

function formatValue(value) {
  if (typeof value === 'string') return value;
  return isError(value) ? describeError(value) : inspect(value);
}

const PLACES = {
  s: said,
  d: (value) => (typeof value === 'bigint' ? `${value}n` : inspect(numberOf(value))),
  i: (value) => (typeof value === 'bigint' ? `${value}n` : inspect(Math.trunc(partOf(value)))),
  f: (value) => inspect(partOf(value)),
  j: json,
  o: inspect,
  O: inspect,
  // A style, which a log line has none of.
  c: () => '',
};

/** The number that a text begins with. */
const partOf = (value) => (typeof value === 'string' ? Number.parseFloat(value) : numberOf(value));

function numberOf(value) {
  if (typeof value === 'object' || typeof value === 'function') return Number.NaN;
  try {
    return Number(value);
  } catch {
    return Number.NaN;
  }
}

function json(value) {
  try {
    return jsonText(value, () => {
      throw new TypeError('not JSON');
    });
  } catch {
    return inspect(value);
  }
}
