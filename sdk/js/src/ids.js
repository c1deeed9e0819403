// The ids of a spout's rows, and the numbers by which the host knows them.
//
// An integer from 0 to 2^64 - 1 is its own number. A text gets one of the 2^48 that are
// reserved for texts, by its hash: so an instance that begins anew gives the same text the
// same number, and hardly ever gives a number that the host still knows to another. (The few
// integers that are reserved are treated like texts.) Such ids are kept until the host has
// told what became of their rows.
import { show } from './check.js';
import { U64_MAX } from './integers.js';

const FIRST = 0xfffen << 48n;
const COUNT = 1n << 48n;
const isReserved = (id) => typeof id === 'bigint' && id >= FIRST && id < FIRST + COUNT;

export class Ids {
  /** For each number the id, once for each row that has it. */
  #pending = new Map();

  get size() {
    return this.#pending.size;
  }

  /** The number of an id whose row leaves now. */
  number(id) {
    if (typeof id !== 'string' && !isReserved(id)) return id;
    const number = this.known(id);
    const ids = this.#pending.get(number);
    if (ids === undefined) this.#pending.set(number, [id]);
    else ids.push(id);
    return number;
  }

  /** The number that an id has; no row need have it. */
  known(id) {
    if (typeof id !== 'string' && !isReserved(id)) return id;
    let place = hash(`${typeof id} ${id}`);
    for (;;) {
      const held = this.#pending.get(FIRST + place);
      if (held === undefined || held[0] === id) return FIRST + place;
      place = (place + 1n) % COUNT;
    }
  }

  /** The id of a number that is known. */
  of(number) {
    return isReserved(number) ? this.#pending.get(number)?.[0] : number;
  }

  /** The id of a number whose row is done; it is forgotten. `undefined` if it was that of
   * an instance that is gone. */
  taken(number) {
    if (!isReserved(number)) return number;
    const ids = this.#pending.get(number);
    const id = ids?.pop();
    if (ids?.length === 0) this.#pending.delete(number);
    return id;
  }
}

/** A hash of a text: 48 bits. */
function hash(text) {
  let one = 0xdeadbeef;
  let other = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ unit, 2654435761);
    other = Math.imul(other ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return (BigInt(other & 0xffff) << 32n) | BigInt(one >>> 0);
}

/** Throws a TypeError for what can be no id. */
export function checkId(id) {
  const isInteger =
    typeof id === 'bigint' ? id >= 0n && id <= U64_MAX : Number.isSafeInteger(id) && id >= 0;
  if (!isInteger && typeof id !== 'string') {
    throw new TypeError(`emit: id: expected a string or an integer from 0 to 2^64 - 1 (a safe number or a BigInt), got ${show(id)}`);
  }
}
