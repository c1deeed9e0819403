// Errors as text for people: the message and where in the author's files it was.
// Whatever is thrown has a text, and describing it throws nothing.
import { inspect, said } from './inspect.js';
import { cut, isError, read } from './text.js';

/** The host cuts reasons at 64 KiB; a stack needs less. */
const LONGEST = 16 * 1024;

/** Of what an author says no more crosses than the host needs to see that. */
const LONGEST_REASON = 65 * 1024;

/** Errors that are told of one that is thrown: its causes, and theirs. */
const MOST_ERRORS = 16;

/** Errors in an object that is in an error that is told, and so on: a component whose
 * stack is full ends. */
const MOST_NESTED = 2;
let nested = 0;

/** Of a stack no more is looked at, nor of a line of it. */
const LONGEST_STACK = 64 * 1024;
const LONGEST_FRAME = 1024;

/** Set by the build, as JSON text: for each line of the bundle, which file and
 * line it came from. */
const LINES = Symbol.for('stormcell.lines');
let table;

const FRAME = /\(?([^\s()]*\.[cm]?[jt]sx?):(\d+)(?::(\d+))?\)?\s*$/;

/** A method of the SDK that was looked for in `undefined`, as QuickJS and V8 say it. */
const METHODS = '(?:emit|emitColumns|ack|fail|keep|extend|sourceOf|context|end|idle)';
const NO_THIS = new RegExp(`of undefined \\(reading '${METHODS}'|'${METHODS}' of undefined`);
const HINT =
  '    `this` is undefined there: an arrow function in a definition has no `this`, so write a method, process(tuple) { ... }; a function in a method has none either, so write an arrow function there';

/** `TypeError: what happened` and a line for each frame in the author's files, then
 * the same of its causes. */
export function describeError(thrown) {
  let text;
  nested++;
  try {
    if (!isError(thrown)) text = `thrown: ${said(thrown)}`;
    else text = nested > MOST_NESTED ? headOf(thrown) : describe(thrown, []);
  } catch {
    text = 'thrown: something that cannot be described';
  } finally {
    nested--;
  }
  return text.slice(0, LONGEST).toWellFormed();
}

/** Why a tuple fails, as its bolt says it. */
export function reasonText(reason) {
  return said(reason).slice(0, LONGEST_REASON).toWellFormed();
}

function describe(error, told) {
  told.push(error);
  const parts = [headOf(error), ...authorFrames(read(error, 'stack'))];
  if (NO_THIS.test(parts[0].slice(0, 200))) parts.splice(1, 0, HINT);
  for (const [relation, other] of relatedTo(error)) {
    if (told.length >= MOST_ERRORS) {
      parts.push('and more errors');
      break;
    }
    if (!isError(other)) parts.push(`${relation} ${cut(said(other), LONGEST)}`);
    else if (told.includes(other)) parts.push(`${relation} ${headOf(other)}, see above`);
    else parts.push(`${relation} ${describe(other, told)}`);
  }
  return parts.join('\n');
}

function headOf(error) {
  const [name, message] = ['name', 'message'].map((key) => {
    const value = read(error, key);
    if (typeof value === 'string') return cut(value, LONGEST);
    return nested > MOST_NESTED ? `(${typeof value})` : cut(inspect(value), LONGEST);
  });
  return message === '' ? name : `${name}: ${message}`;
}

/** The errors that an error tells of: its cause, those of an AggregateError, the two of
 * a SuppressedError. */
function relatedTo(error) {
  const related = [];
  const add = (relation, value) => {
    if (value !== undefined) related.push([relation, value]);
  };
  add('caused by', read(error, 'cause'));
  for (const one of listOf(read(error, 'errors'))) add('with', one);
  if (read(error, 'name') === 'SuppressedError') {
    add('with', read(error, 'error'));
    add('with', read(error, 'suppressed'));
  }
  return related;
}

/** The first of an array of errors; none of anything else. */
function listOf(errors) {
  try {
    return Array.isArray(errors) ? Array.from({ length: Math.min(errors.length, MOST_ERRORS) }, (_, i) => errors[i]) : [];
  } catch {
    return [];
  }
}

/** Where in the author's files this is called from. */
export const callerFrames = () => authorFrames(new Error().stack);

/** `FILE:LINE: ` for a function or class of the author. QuickJS knows its place in the bundle.
 * While the bundle is evaluated that is what is told, because the build knows the file;
 * later the table says it. Empty where the place is not known. */
export function placeOf(value) {
  const [file, line] = [read(value, 'fileName'), read(value, 'lineNumber')];
  if (typeof file !== 'string' || !Number.isInteger(line)) return '';
  readTable();
  const place = table === undefined ? `${file}:${line}` : originalPlace(table, line);
  return place === null ? '' : `${place}: `;
}

function readTable() {
  if (table === undefined && LINES in globalThis) table = JSON.parse(globalThis[LINES]);
}

function authorFrames(stack) {
  if (typeof stack !== 'string') return [];
  readTable();
  const frames = [];
  for (const line of stack.slice(0, LONGEST_STACK).split('\n')) {
    const found = line.length > LONGEST_FRAME ? null : FRAME.exec(line);
    if (found === null) continue;
    const place = table === undefined ? line.trim() : originalPlace(table, Number(found[2]));
    if (place === null) continue;
    const name = /at ([^\s(]+) \(/.exec(line)?.[1];
    frames.push(table === undefined ? `    ${place}` : `    at ${name ?? '<anonymous>'} (${place})`);
  }
  return frames;
}

/** `src/index.js:12`; null for a line of the SDK. */
function originalPlace({ files, lines }, line) {
  const entry = lines[line - 1];
  if (entry === undefined || entry === 0) return null;
  return `${files[entry[0]]}:${entry[1]}`;
}
