// UTF-8 without TextEncoder, which QuickJS lacks. A loop over characters takes it thirty
// times as long as functions of its own do that were made for something else: so text goes
// through percent-encoding, and bytes through base64.

/** The bytes of a string; half a surrogate pair becomes U+FFFD. */
export function encodeUtf8(string) {
  return bytesOfLatin1(unescape(encodeURIComponent(string.toWellFormed())));
}

/** Bytes that become text at a time: what lies between takes memory. */
const PIECE = 48 * 1024;

/** The string of UTF-8 bytes. Bytes that are not UTF-8 throw a TypeError if `fatal`, else
 * they become U+FFFD as https://encoding.spec.whatwg.org says. */
export function decodeUtf8(bytes, fatal = false) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    let piece = bytes.subarray(at, at + PIECE);
    if (at + PIECE < bytes.length) piece = piece.subarray(0, piece.length - unfinishedUtf8(piece));
    try {
      parts.push(decodeURIComponent(escape(latin1Of(piece))));
    } catch {
      parts.push(decodeOneByOne(piece, fatal, at));
    }
    at += piece.length;
  }
  return parts.join('');
}

/** The same of bytes some of which are not UTF-8. */
function decodeOneByOne(bytes, fatal, from) {
  const parts = [];
  for (let i = 0; i < bytes.length; ) {
    const [code, length] = bytes[i] < 0x80 ? [bytes[i], 1] : codePoint(bytes, i);
    if (code < 0 && fatal) throw new TypeError(`byte ${from + i} is not UTF-8`);
    parts.push(code < 0 ? '\ufffd' : String.fromCodePoint(code));
    i += length;
  }
  return parts.join('');
}

/** Bytes as characters up to U+00FF, and back. */
function latin1Of(bytes) {
  if (bytes.toBase64 !== undefined) return atob(bytes.toBase64());
  const parts = [];
  for (let at = 0; at < bytes.length; at += 4096) parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  return parts.join('');
}

function bytesOfLatin1(text) {
  if (Uint8Array.fromBase64 !== undefined) return Uint8Array.fromBase64(btoa(text));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** How many bytes at the end are the beginning of a character whose rest is not there. */
export function unfinishedUtf8(bytes) {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const at = bytes.length - length;
    if ((bytes[at] & 0xc0) === 0x80) continue;
    const [code, taken] = codePoint(bytes, at);
    return code < 0 && bytes[at] >= 0xc2 && bytes[at] <= 0xf4 && taken === length && length < lengthOf(bytes[at]) ? length : 0;
  }
  return 0;
}

/** How many bytes a character has that begins so. */
const lengthOf = (first) => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2);

/** The code point at `at`, which is not ASCII, and its length in bytes; or -1 and how many
 * bytes are its beginning, but no character. */
function codePoint(bytes, at) {
  const first = bytes[at];
  if (first < 0xc2 || first > 0xf4) return [-1, 1];
  const length = lengthOf(first);
  let code = first & (0xff >> (length + 1));
  // The second byte of some is narrower: no code is written longer than it must be, none is
  // a surrogate or above U+10FFFF.
  let least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let k = 1; k < length; k++) {
    const next = bytes[at + k];
    if (next === undefined || next < least || next > most) return [-1, k];
    code = (code << 6) | (next & 0x3f);
    least = 0x80;
    most = 0xbf;
  }
  return [code, length];
}
