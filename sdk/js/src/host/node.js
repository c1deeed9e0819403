// What a component asks of its host, outside a component: under Node, for the
// unit tests of authors. `stormcell/testing` reads and sets these records.

/** The configuration as JSON text. */
export const settings = { config: '{}' };

/** What was logged, counted, measured and printed, in order. */
export const record = {
  logs: [],
  counters: new Map(),
  gauges: new Map(),
  printed: '',
  state: new Map(),
};

/** Forgets everything recorded and configured. */
export function reset() {
  settings.config = '{}';
  record.logs = [];
  record.counters = new Map();
  record.gauges = new Map();
  record.printed = '';
  record.state = new Map();
}

const utf8 = new TextDecoder();

const LONGEST_KEY = 1024;
const LONGEST_VALUE = 1024 * 1024;
const PAGE = 1000;

/** As the host refuses: `payload` has the code and the text. */
function refuse(code, message) {
  throw Object.assign(new Error(message), { payload: { code, message } });
}

function checkKey(key) {
  const length = Buffer.byteLength(key);
  if (length < 1 || length > LONGEST_KEY) {
    refuse('invalid-key', `a key of ${length} bytes: it must have 1 to ${LONGEST_KEY}`);
  }
}

const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const host = {
  log: (level, message) => void record.logs.push({ level, message }),
  config: () => settings.config,
  count: (name, increment) =>
    void record.counters.set(name, (record.counters.get(name) ?? 0) + increment),
  gauge: (name, value) => void record.gauges.set(name, value),
  stateGet(key) {
    checkKey(key);
    return record.state.get(key)?.slice();
  },
  stateSet(key, value) {
    checkKey(key);
    if (value.length > LONGEST_VALUE) {
      refuse('value-too-large', `a value of ${value.length} bytes: ${LONGEST_VALUE} is the most`);
    }
    record.state.set(key, value.slice());
  },
  stateRemove(key) {
    checkKey(key);
    record.state.delete(key);
  },
  stateKeys(prefix, after, most) {
    const keys = [...record.state.keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || byBytes(key, after) > 0),
    );
    return keys.sort(byBytes).slice(0, Math.min(most, PAGE));
  },
  write: (bytes) => void (record.printed += utf8.decode(bytes)),
};
