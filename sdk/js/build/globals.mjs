// Globals that a component has not, and that code of browsers and of Node looks for.

/** Globals of browsers and of Node that code looks for, and what there is in their place. */
const MISSING = {
  process: 'there are no environment variables and no arguments: what differs is in the configuration (context.config)',
  Buffer: 'use Uint8Array with TextEncoder and TextDecoder, or the package buffer: import { Buffer } from \'buffer/\'',
  Intl: 'dates and numbers are written without it, or with a package that needs none',
  require: 'import what is needed by its name: import x from \'x\'',
  module: 'write export default',
  exports: 'write export',
  global: 'write globalThis',
  window: 'write globalThis',
  self: 'write globalThis',
  document: 'there is no page',
  navigator: 'there is no browser',
  localStorage: 'use state of stormcell',
  crypto: 'there are no secret random numbers; Math.random() is not secret',
  WebAssembly: 'take a package in JavaScript',
  structuredClone: 'use JSON.parse(JSON.stringify(value)), or copy what is needed',
  Blob: 'use Uint8Array',
  FormData: 'send text or bytes',
  XMLHttpRequest: 'use fetch',
  WebSocket: 'use fetch',
  MessageChannel: 'use queueMicrotask or setTimeout',
  Worker: 'a topology runs many tasks',
  __dirname: 'files are imported: .txt and .json are there as values',
  __filename: 'files are imported: .txt and .json are there as values',
};

/** A note on a global that the code wants while it is evaluated, and that a component has not;
 * empty if it is about something else. */
export function noteOnGlobals(text) {
  const name = /(?:^|[\s:'"])([\w$]+)['"]? is not defined/.exec(text)?.[1];
  if (name === undefined || !Object.hasOwn(MISSING, name)) return '';
  return `\n\n  A component has no ${name}: ${MISSING[name]}. If a package needs it, take another package; see "What QuickJS is and is not" in sdk/js/README.md.`;
}
