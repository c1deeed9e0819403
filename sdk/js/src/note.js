// What the build notes of a component in its file, beside what it describes of itself: whether
// it works at ticks, for a warning if it gets none, and which of the author's methods each
// export calls, so that a call which is ended from outside is told with them. The host reads it
// (host/sandbox/src/note.rs).
//
// The class is known only here, while the build evaluates it, and an engine that is being
// evaluated can write no file. So the note is left in its memory, which becomes a part of the
// component, and the build finds it there (build/note.mjs).
import { namesCalled } from './authored.js';
import { placeOf } from './errors.js';

/** How the note begins in the memory. */
const MARK = 'stormcell-note:';

/** The exports that are not called like the methods which they call. */
const EXPORTS = { process: 'execute', processBatch: 'execute' };

/** The note of a class. Places are those in the bundle. */
export function noteOf(Class, base, kind) {
  const isOwn = (name) => typeof Class.prototype[name] === 'function' && Class.prototype[name] !== base.prototype[name];
  const calls = {};
  for (const name of namesCalled(kind).filter(isOwn)) calls[EXPORTS[name] ?? name] = calledAs(Class, name);
  return { 'works-at-ticks': kind === 'bolt' && isOwn('tick'), calls };
}

/** Leaves a note in the memory of the engine. */
export function leave(note) {
  const plain = JSON.stringify(note).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  // A name of a property is kept in one piece.
  globalThis[Symbol.for('stormcell.note')] = { [`${MARK}${plain}\n`]: true };
}

/** `Class.method at FILE:LINE`. */
function calledAs(Class, name) {
  let owner = Class;
  while (!Object.hasOwn(owner.prototype, name)) owner = Object.getPrototypeOf(owner);
  const place = placeOf(owner.prototype[name]).replace(/: $/, '');
  return `${owner.name ? `${owner.name}.` : ''}${name}${place === '' ? '' : ` at ${place}`}`;
}
