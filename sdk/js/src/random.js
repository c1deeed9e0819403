// Math.random() in a component. The engine's own has its seed in the snapshot that the
// build makes, so it would give the same numbers in every instance of every task.
//
// The numbers are those of xoshiro128++ 1.0 by David Blackman and Sebastiano Vigna
// (https://prng.di.unimi.it/xoshiro128plusplus.c, in the public domain), whose 32-bit
// operations are those of JavaScript. Like those of any Math.random(), they are no secret.
import { hasHostCalled } from './services.js';
import { host } from '#host';

/** The bytes of the state of the generator. */
const SEED = 16;

/** A generator of integers from 0 to 2^32 - 1, from the state in 16 bytes. */
export function xoshiro128(seed) {
  let [a, b, c, d] = new Uint32Array(Uint8Array.from(seed).buffer);
  // The one state that it never leaves.
  if ((a | b | c | d) === 0) d = 1;
  return () => {
    const sum = (a + d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}

/** Numbers from 0 up to 1, of 53 bits, from two integers each. */
export function fractions(integers) {
  return () => ((integers() >>> 5) * 2 ** 26 + (integers() >>> 6)) / 2 ** 53;
}

/** Gives Math.random() a seed from the host when it is first called in an instance. While
 * the component is built there is no host: what is drawn then is in the snapshot, and the
 * engine draws it. */
export function replaceRandom() {
  const ofTheEngine = Math.random;
  let draw = null;
  Math.random = () => {
    if (draw === null) {
      if (!hasHostCalled()) return ofTheEngine();
      draw = fractions(xoshiro128(host.randomBytes(SEED)));
    }
    return draw();
  };
}
