// Percent-encoding: https://url.spec.whatwg.org/#percent-encoded-bytes.
import { decodeUtf8, encodeUtf8 } from '../../utf8.js';

/** Which characters of ASCII a part of a URL encodes, besides controls. */
const set = (characters) => {
  const codes = new Set(Array.from(characters, (one) => one.charCodeAt(0)));
  return (code) => code <= 0x1f || code > 0x7e || codes.has(code);
};

export const CONTROL = set('');
export const FRAGMENT = set(' "<>`');
export const QUERY = set(' "#<>');
export const SPECIAL_QUERY = set(' "#<>\'');
export const PATH = set(' "#<>?^`{}');
export const USERINFO = set(' "#<>?^`{}/:;=@[\\]|');
const FORM = set(' "#<>?^`{}/:;=@[\\]|$%&+,!\'()~');

const hex = (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** A text of which all is encoded that is in the set, or not ASCII. */
export function encode(text, isEncoded) {
  let encoded = '';
  for (const character of text) {
    const code = character.codePointAt(0);
    if (!isEncoded(code)) encoded += character;
    else if (code < 0x80) encoded += hex(code);
    else for (const byte of encodeUtf8(character)) encoded += hex(byte);
  }
  return encoded;
}

/** The bytes of a text, with those that are encoded in it. */
function decodedBytes(text) {
  const bytes = encodeUtf8(text);
  const decoded = [];
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i] === 0x25 ? Number.parseInt(hexAt(bytes, i), 16) : Number.NaN;
    if (Number.isNaN(code)) decoded.push(bytes[i]);
    else {
      decoded.push(code);
      i += 2;
    }
  }
  return Uint8Array.from(decoded);
}

/** The two digits after a `%`; empty if there are none. */
function hexAt(bytes, at) {
  const digits = String.fromCharCode(...bytes.subarray(at + 1, at + 3));
  return /^[0-9A-Fa-f]{2}$/.test(digits) ? digits : '';
}

export const decode = (text) => (text.includes('%') ? decodeUtf8(decodedBytes(text)) : text.toWellFormed());

/** As in the query of a form: a space is `+`. */
export const encodeForm = (text) => encode(text, FORM).replaceAll('%20', '+');
export const decodeForm = (text) => decode(text.replaceAll('+', ' '));
