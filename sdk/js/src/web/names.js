// How values are called in messages.

/** The name of the class of an object, or the type of another value. */
export function typeName(value) {
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== 'Object') return tag;
  const name = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : tag;
}
