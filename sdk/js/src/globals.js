// Globals that authors and their libraries expect and QuickJS lacks. Where they
// exist (under Node) they are left alone.
import { makeConsole } from './console.js';
import { writeLine } from './services.js';
import { decodeUtf8, encodeUtf8, unfinishedUtf8 } from './utf8.js';

globalThis.console ??= makeConsole(writeLine);

globalThis.TextEncoder ??= class TextEncoder {
  encoding = 'utf-8';

  encode(string = '') {
    return encodeUtf8(String(string));
  }

  encodeInto(string, target) {
    let read = 0;
    let written = 0;
    for (const character of String(string)) {
      const bytes = encodeUtf8(character);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
};

globalThis.TextDecoder ??= class TextDecoder {
  encoding = 'utf-8';
  /** Bytes of a character whose rest comes with the next call. */
  #rest = new Uint8Array(0);
  #begun = false;

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^utf-?8$/i.test(label)) throw new RangeError(`TextDecoder: ${label} is not there, only utf-8`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  decode(source = new Uint8Array(0), { stream = false } = {}) {
    let bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    if (this.#rest.length > 0) bytes = Uint8Array.from([...this.#rest, ...bytes]);
    const end = bytes.length - (stream ? unfinishedUtf8(bytes) : 0);
    this.#rest = bytes.slice(end);
    const text = decodeUtf8(bytes.subarray(0, end), this.fatal);
    const isFirst = !this.#begun;
    this.#begun = stream && (this.#begun || end > 0);
    return isFirst && !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
};
