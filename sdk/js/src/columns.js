// Columns as they cross the boundary, and the JavaScript arrays they are made of.
// All numbers cross as little-endian bytes, which is also the order of every
// WebAssembly memory; text crosses joined by U+0000.
import { decodeI64, encode64 } from './integers.js';
import { parseJson } from './json.js';

const SEPARATOR = '\0';

/** The values of a column of the given kind, nulls included, as an array. */
export function decodeColumn(kind, column, rows) {
  const values = DECODERS[kind](column.values.val, rows);
  const { nulls } = column;
  if (nulls !== null && nulls !== undefined) {
    for (let i = 0; i < rows; i++) if (nulls[i] === 1) values[i] = null;
  }
  // A null row of a JSON column has no text, so it is parsed after nulls are known.
  if (kind === 'json') {
    for (let i = 0; i < rows; i++) if (values[i] !== null) values[i] = parseJson(values[i]);
  }
  return values;
}

const DECODERS = {
  bool(bytes, rows) {
    const values = [];
    for (let i = 0; i < rows; i++) values[i] = bytes[i] === 1;
    return values;
  },
  int: decodeI64,
  timestamp: decodeI64,
  float(bytes) {
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    return Array.from(new Float64Array(aligned.buffer, aligned.byteOffset, bytes.byteLength >> 3));
  },
  text: decodeText,
  json: decodeText,
  bytes: (form) => expectForm(form, 'separate').val.map((value) => Uint8Array.from(value)),
};

/** The host sends text joined, or value by value if one contains the separator. */
function decodeText(form, rows) {
  if (form.tag === 'joined') return rows === 0 ? [] : form.val.split(SEPARATOR);
  return expectForm(form, 'separate').val;
}

function expectForm(form, tag) {
  if (form.tag === tag) return form;
  throw new TypeError(`the host sent values in the form ${form.tag}, which was not asked for`);
}

/** The column of an array of checked values. */
export function encodeColumn(kind, nullable, values) {
  return { values: ENCODERS[kind](values), nulls: nullable ? encodeNulls(values) : null };
}

const ENCODERS = {
  bool: (values) => ({ tag: 'booleans', val: Uint8Array.from(values, (value) => (value ? 1 : 0)) }),
  int: (values) => ({ tag: 'integers', val: encode64(values) }),
  timestamp: (values) => ({ tag: 'timestamps', val: encode64(values) }),
  float: (values) => ({ tag: 'floats', val: new Uint8Array(new Float64Array(values).buffer) }),
  text: (values) => ({ tag: 'texts', val: encodeText(values) }),
  json: (values) => ({ tag: 'jsons', val: encodeText(values) }),
  bytes: (values) => ({
    tag: 'byte-strings',
    val: { tag: 'separate', val: values.map((value) => value ?? NO_BYTES) },
  }),
};
const NO_BYTES = new Uint8Array(0);

/** Joins and scans in C are cheaper than a look at every value in JavaScript. */
function encodeText(values) {
  const joined = values.join(SEPARATOR);
  if (!joined.isWellFormed()) {
    // Half a surrogate pair becomes U+FFFD, as in TextEncoder: UTF-8 cannot say it.
    return encodeText(values.map((value) => (value === null ? null : value.toWellFormed())));
  }
  if (values.join('').includes(SEPARATOR)) {
    return { tag: 'separate', val: values.map((value) => value ?? '') };
  }
  return { tag: 'joined', val: joined };
}

function encodeNulls(values) {
  if (!values.includes(null)) return null;
  return Uint8Array.from(values, (value) => (value === null ? 1 : 0));
}
