// UTF-8 without TextEncoder, which QuickJS lacks.

/** The bytes of a string; half a surrogate pair becomes U+FFFD. */
export function encodeUtf8(string) {
  const escaped = encodeURIComponent(string.toWellFormed());
  const bytes = [];
  for (let i = 0; i < escaped.length; i++) {
    if (escaped[i] === '%') {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(escaped.charCodeAt(i));
    }
  }
  return Uint8Array.from(bytes);
}

/** The string of UTF-8 bytes. Bytes that are not UTF-8 throw a TypeError if
 * `fatal`, else each becomes U+FFFD. */
export function decodeUtf8(bytes, fatal = false) {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const [code, length] = codePoint(bytes, i);
    if (code < 0 && fatal) throw new TypeError(`byte ${i} is not UTF-8`);
    text += code < 0 ? '\ufffd' : String.fromCodePoint(code);
    i += length;
  }
  return text;
}

/** The code point at `at` and its length in bytes; -1 and 1 if there is none. */
function codePoint(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return [-1, 1];
  let code = first & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) {
    const next = bytes[at + k];
    if ((next & 0xc0) !== 0x80) return [-1, 1];
    code = (code << 6) | (next & 0x3f);
  }
  const shortest = [0, 0, 0x80, 0x800, 0x10000][length];
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < shortest || surrogate || code > 0x10ffff) return [-1, 1];
  return [code, length];
}
