// Errors as text for people: the message and where in the author's files it was.

/** The host cuts reasons at 64 KiB; a stack needs less. */
const LONGEST = 16 * 1024;

/** Set by the build, as JSON text: for each line of the bundle, which file and
 * line it came from. */
const LINES = Symbol.for('stormcell.lines');
let table;

const FRAME = /\(?([^\s()]*\.[cm]?[jt]sx?):(\d+)(?::(\d+))?\)?\s*$/;

/** `TypeError: what happened` and a line for each frame in the author's files. */
export function describeError(thrown) {
  if (!(thrown instanceof Error)) return `thrown: ${String(thrown)}`.slice(0, LONGEST);
  const frames = authorFrames(String(thrown.stack ?? ''));
  let text = [`${thrown.name}: ${thrown.message}`, ...frames].join('\n');
  if (thrown.cause !== undefined) text += `\ncaused by ${describeError(thrown.cause)}`;
  return text.slice(0, LONGEST);
}

function authorFrames(stack) {
  if (table === undefined && LINES in globalThis) table = JSON.parse(globalThis[LINES]);
  const frames = [];
  for (const line of stack.split('\n')) {
    const found = FRAME.exec(line);
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
