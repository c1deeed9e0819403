// Text for people. What is made here never throws, whatever it is made of.

/** At most `most` characters of a text; what is left out shows as one character. */
export const cut = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** A property of an object; if reading it throws, a text that says so. */
export function read(object, key) {
  try {
    return object[key];
  } catch {
    return '(cannot be read)';
  }
}

/** The value as text. A value that refuses is named by its type. */
export function textOf(value) {
  try {
    return String(value);
  } catch {
    return `(${typeof value} that has no text)`;
  }
}

/** The name of the class of an object; null if it has no prototype. */
export function className(object) {
  try {
    const prototype = Object.getPrototypeOf(object);
    if (prototype === null) return null;
    const name = prototype.constructor?.name;
    return typeof name === 'string' && name !== '' ? cut(name, 100) : 'Object';
  } catch {
    return 'Object';
  }
}

/** Whether something is an Error, also one of another realm. */
export function isError(value) {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch {
    return false;
  }
}
