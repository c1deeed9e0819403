// What a component asks of its host, outside a component: under Node, for the
// unit tests of authors. `stormcell/testing` reads and sets these records.

/** The configuration as JSON text. */
export const settings = { config: '{}' };

/** What was logged, counted, measured and printed, in order. */
export const record = { logs: [], counters: new Map(), gauges: new Map(), printed: '' };

/** Forgets everything recorded and configured. */
export function reset() {
  settings.config = '{}';
  record.logs = [];
  record.counters = new Map();
  record.gauges = new Map();
  record.printed = '';
}

const utf8 = new TextDecoder();

export const host = {
  log: (level, message) => void record.logs.push({ level, message }),
  config: () => settings.config,
  count: (name, increment) =>
    void record.counters.set(name, (record.counters.get(name) ?? 0) + increment),
  gauge: (name, value) => void record.gauges.set(name, value),
  write: (bytes) => void (record.printed += utf8.decode(bytes)),
};
