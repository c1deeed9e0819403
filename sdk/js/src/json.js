// JSON values as text and back, exact for integers of any size: one that a number
// cannot hold exactly is a BigInt.

/** A text without so long a run of digits has no integer that a number loses. */
const LONG_INTEGER = /[0-9]{16}/;
const INTEGER = /^-?[0-9]+$/;

/** `JSON.rawJSON` came with the source text of revivers; Node has both from 21 on. */
const hasRawJson = typeof JSON.rawJSON === 'function';

export function parseJson(source) {
  if (!hasRawJson || !LONG_INTEGER.test(source)) return JSON.parse(source);
  return JSON.parse(source, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(context.source)
      ? BigInt(context.source)
      : value,
  );
}

/** The JSON text of a value; undefined if it has none. */
export function jsonText(value) {
  if (!hasRawJson) return JSON.stringify(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  // It may hold a BigInt. Whatever else is wrong (a cycle) throws again here.
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'bigint' ? JSON.rawJSON(inner.toString()) : inner,
  );
}
