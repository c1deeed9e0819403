// Labels of names in ASCII: https://www.rfc-editor.org/rfc/rfc3492.

const BASE = 36;
const LEAST = 1;
const MOST = 26;
const SKEW = 38;
const DAMP = 700;

/** A label with characters that are not ASCII, as `xn--` and what stands for them. */
export function toPunycode(label) {
  const codes = Array.from(label, (one) => one.codePointAt(0));
  const basic = codes.filter((code) => code < 0x80);
  let output = String.fromCharCode(...basic) + (basic.length > 0 ? '-' : '');
  let handled = basic.length;
  let least = 0x80;
  let delta = 0;
  let bias = 72;
  while (handled < codes.length) {
    const next = Math.min(...codes.filter((code) => code >= least));
    delta += (next - least) * (handled + 1);
    least = next;
    for (const code of codes) {
      if (code < least) delta++;
      if (code !== least) continue;
      output += digits(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    least++;
  }
  return `xn--${output}`;
}

/** A number in digits whose values depend on their places. */
function digits(delta, bias) {
  let text = '';
  let rest = delta;
  for (let k = BASE; ; k += BASE) {
    const threshold = Math.min(Math.max(k - bias, LEAST), MOST);
    if (rest < threshold) return text + digit(rest);
    text += digit(threshold + ((rest - threshold) % (BASE - threshold)));
    rest = Math.floor((rest - threshold) / (BASE - threshold));
  }
}

const digit = (value) => 'abcdefghijklmnopqrstuvwxyz0123456789'[value];

function adapt(delta, count, isFirst) {
  let rest = isFirst ? Math.floor(delta / DAMP) : Math.floor(delta / 2);
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((BASE - LEAST) * MOST) / 2; k += BASE) rest = Math.floor(rest / (BASE - LEAST));
  return k + Math.floor(((BASE - LEAST + 1) * rest) / (rest + SKEW));
}
