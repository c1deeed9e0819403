// Globals that authors and their libraries expect and QuickJS lacks. Where they
// exist (under Node) they are left alone.
import { makeConsole } from './console.js';
import { writeLine } from './services.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';

globalThis.console ??= makeConsole(writeLine);

globalThis.TextEncoder ??= class TextEncoder {
  encoding = 'utf-8';

  encode(string = '') {
    return encodeUtf8(String(string));
  }
};

globalThis.TextDecoder ??= class TextDecoder {
  encoding = 'utf-8';

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^utf-?8$/i.test(label)) throw new RangeError(`TextDecoder: ${label} is not there, only utf-8`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  decode(source = new Uint8Array(0)) {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    const text = decodeUtf8(bytes, this.fatal);
    return !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
  }
};
