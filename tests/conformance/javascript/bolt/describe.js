// The values of a row as one text, as the conformance page says.

export function describe({ b, i, f, t, y, at, j }) {
  const parts = {
    b,
    i,
    f: f === null ? null : floatText(f),
    t,
    y: y === null ? null : hexadecimal(y),
    at,
    j: j === null ? null : jsonText(j),
  };
  return Object.entries(parts)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** The shortest decimal that reads back, always with a point or an exponent. */
function floatText(value) {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const shortest = String(value);
  return /[.e]/.test(shortest) ? shortest : `${shortest}.0`;
}

export const hexadecimal = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** JSON with the digits of integers that only a BigInt holds. */
const jsonText = (value) =>
  JSON.stringify(value, (_key, inner) =>
    typeof inner === 'bigint' ? JSON.rawJSON(inner.toString()) : inner,
  );
