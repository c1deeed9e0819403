// Timestamps are microseconds since 1970-01-01T00:00:00Z, as integers: a Date has
// milliseconds only.
import { normalised } from './integers.js';

/** The Date of a timestamp, microseconds cut off (towards the past). */
export function toDate(micros) {
  if (typeof micros === 'number') return new Date(Math.floor(micros / 1000));
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  return new Date(Number((micros - rest) / 1000n));
}

/** The timestamp of a Date. */
export function fromDate(date) {
  const millis = date.getTime();
  if (Number.isNaN(millis)) throw new RangeError('an invalid Date has no timestamp');
  return normalised(BigInt(millis) * 1000n);
}
