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

/** Bytes of ASCII that become text at a time. */
const RUN = 4096;

/** The string of UTF-8 bytes. Bytes that are not UTF-8 throw a TypeError if `fatal`, else
 * they become U+FFFD as https://encoding.spec.whatwg.org says. */
export function decodeUtf8(bytes, fatal = false) {
  const parts = [];
  for (let i = 0; i < bytes.length; ) {
    const end = endOfAscii(bytes, i);
    if (end > i) {
      parts.push(String.fromCharCode.apply(null, bytes.subarray(i, end)));
      i = end;
      continue;
    }
    const [code, length] = codePoint(bytes, i);
    if (code < 0 && fatal) throw new TypeError(`byte ${i} is not UTF-8`);
    parts.push(code < 0 ? '\ufffd' : String.fromCodePoint(code));
    i += length;
  }
  return parts.join('');
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

/** Where a run of ASCII ends that begins at `at`. */
function endOfAscii(bytes, at) {
  const most = Math.min(at + RUN, bytes.length);
  let end = at;
  while (end < most && bytes[end] < 0x80) end++;
  return end;
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
