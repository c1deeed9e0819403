// Hosts of URLs: https://url.spec.whatwg.org/#host-parsing. Functions return null for what is
// no host.
import { CONTROL, decode, encode } from './percent.js';
import { toPunycode } from './punycode.js';

const FORBIDDEN = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const FORBIDDEN_IN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;
const PUNYCODE = /^xn--.*[a-z0-9]$/;

/** The host as a URL shows it. */
export function parseHost(text, isSpecial) {
  if (text.startsWith('[')) {
    const pieces = text.endsWith(']') ? parseIpv6(text.slice(1, -1)) : null;
    return pieces === null ? null : `[${showIpv6(pieces)}]`;
  }
  if (!isSpecial) return FORBIDDEN.test(text) ? null : encode(text, CONTROL);
  const domain = toAscii(decode(text));
  if (domain === null || domain === '' || FORBIDDEN_IN_DOMAIN.test(domain)) return null;
  if (domain.split('.').some((label) => label.startsWith('xn--') && !PUNYCODE.test(label))) return null;
  if (!endsInNumber(domain)) return domain;
  const address = parseIpv4(domain);
  return address === null ? null : [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Characters that are left out of names. */
const IGNORED = /[\u00ad\u034f\u180b-\u180d\u200b\u2060\u2064\ufe00-\ufe0f\ufeff]/g;

/** A name in ASCII. Characters are mapped by Unicode's NFKC and small letters, which is all
 * of UTS #46 that does not need its tables. */
function toAscii(domain) {
  if (/^[\0-\x7f]*$/.test(domain)) return domain.toLowerCase();
  const mapped = Array.from(domain.replace(IGNORED, '').normalize('NFKC'), (one) => one.toLowerCase());
  const labels = mapped.join('').normalize('NFC').replace(/[\u3002\uff0e\uff61]/g, '.').split('.');
  const ascii = labels.map((label) => {
    if (/^[\0-\x7f]*$/.test(label)) return label;
    if (label.startsWith('xn--')) return null;
    // What stands for nothing, and a mark with nothing to mark.
    if (/[\ufffd\p{Cc}\p{Cs}\p{Co}\p{Cn}]/u.test(label) || /^\p{M}/u.test(label)) return null;
    return toPunycode(label);
  });
  return ascii.includes(null) ? null : ascii.join('.');
}

function endsInNumber(domain) {
  const parts = domain.split('.');
  if (parts.at(-1) === '' && parts.length > 1) parts.pop();
  const last = parts.at(-1);
  return /^[0-9]+$/.test(last) || /^0[xX][0-9A-Fa-f]*$/.test(last);
}

function parseIpv4(domain) {
  const parts = domain.split('.');
  if (parts.at(-1) === '' && parts.length > 1) parts.pop();
  if (parts.length > 4) return null;
  const numbers = parts.map(parseNumber);
  if (numbers.includes(null)) return null;
  const last = numbers.pop();
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return null;
  return numbers.reduce((sum, number, at) => sum + number * 256 ** (3 - at), last);
}

/** A part of an address: decimal, 0x and hexadecimal, or 0 and octal. */
function parseNumber(part) {
  if (part === '') return null;
  if (/^0[xX]/.test(part)) return /^0[xX][0-9A-Fa-f]*$/.test(part) ? (part.length === 2 ? 0 : Number.parseInt(part.slice(2), 16)) : null;
  if (part.length > 1 && part.startsWith('0')) return /^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : null;
  return /^[0-9]+$/.test(part) ? Number.parseInt(part, 10) : null;
}

/** The eight pieces of an address. */
function parseIpv6(text) {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [before, after] = halves.map((half, at) => piecesOf(half, at === halves.length - 1));
  if (before === null || after === null) return null;
  if (halves.length === 1) return before.length === 8 ? before : null;
  const missing = 8 - before.length - after.length;
  return missing < 1 ? null : [...before, ...new Array(missing).fill(0), ...after];
}

/** The pieces of a part of an address; the last may end in an address of four numbers. */
function piecesOf(text, mayHaveIpv4) {
  if (text === '') return [];
  const parts = text.split(':');
  const pieces = [];
  for (const [at, part] of parts.entries()) {
    const four = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(part);
    if (four !== null && mayHaveIpv4 && at === parts.length - 1) {
      const [a, b, c, d] = four.slice(1).map(Number);
      if (Math.max(a, b, c, d) > 255) return null;
      pieces.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) pieces.push(Number.parseInt(part, 16));
    else return null;
  }
  return pieces;
}

/** The shortest form: the first of the longest runs of zeros is left out. */
function showIpv6(pieces) {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && pieces[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const show = (some) => some.map((piece) => piece.toString(16)).join(':');
  if (best.start < 0) return show(pieces);
  return `${show(pieces.slice(0, best.start))}::${show(pieces.slice(best.start + best.length))}`;
}
