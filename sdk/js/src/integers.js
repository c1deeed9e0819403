// 64-bit integers as little-endian bytes. A value is a number where that is safe
// (`Number.isSafeInteger`) and a BigInt elsewhere, in both directions exact.

const TWO_32 = 4294967296;
export const I64_MIN = -(2n ** 63n);
export const I64_MAX = 2n ** 63n - 1n;
export const U64_MAX = 2n ** 64n - 1n;

/** A view of whole words; a copy if the bytes do not start at a multiple of 4. */
function words(bytes) {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
}

/** Signed 64-bit integers. */
export function decodeI64(bytes) {
  const source = words(bytes);
  const values = [];
  for (let i = 0, k = 0; k < source.length; i++, k += 2) {
    const low = source[k];
    const high = source[k + 1];
    if (high === low >> 31) {
      values[i] = low;
    } else {
      const near = high * TWO_32 + (low >>> 0);
      values[i] = Number.isSafeInteger(near) ? near : (BigInt(high) << 32n) | BigInt(low >>> 0);
    }
  }
  return values;
}

/** Unsigned 64-bit integers. */
export function decodeU64(bytes) {
  return decodeI64(bytes).map((value) =>
    value >= 0 ? value : normalised(BigInt.asUintN(64, BigInt(value))),
  );
}

/** 64-bit integers, signed or not; null is written as 0. */
export function encode64(values) {
  const target = new Int32Array(2 * values.length);
  for (let i = 0, k = 0; i < values.length; i++, k += 2) {
    const value = values[i];
    if (typeof value === 'bigint') {
      target[k] = Number(BigInt.asIntN(32, value));
      target[k + 1] = Number(BigInt.asIntN(32, value >> 32n));
    } else {
      const low = value | 0;
      target[k] = low;
      target[k + 1] = low === value ? low >> 31 : Math.floor(value / TWO_32);
    }
  }
  return new Uint8Array(target.buffer);
}

/** Unsigned 32-bit integers. */
export function encodeU32(values) {
  return new Uint8Array(new Uint32Array(values).buffer);
}

/** The number of a BigInt if it is safe, else the BigInt. */
export function normalised(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
