// What a component asks of its host, inside a component. `#host` in package.json
// chooses this file when a component is built and `node.js` everywhere else.
import config from 'stormcell:topology/config@0.1.0';
import logging from 'stormcell:topology/logging@0.1.0';
import metrics from 'stormcell:topology/metrics@0.1.0';
import state from 'stormcell:topology/state@0.1.0';
import stdout from 'wasi:cli/stdout@0.2.12';
import random from 'wasi:random/random@0.2.12';

/** WASI takes at most this many bytes in one blocking write. */
const WRITE_LIMIT = 4096;

export const host = {
  log: (level, message) => logging.log(level, message),
  config: () => config.all(),
  count: (name, increment) => metrics.count(name, increment),
  gauge: (name, value) => metrics.gauge(name, value),
  stateGet: (key) => state.get(key),
  stateSet: (key, value) => state.set(key, value),
  stateRemove: (key) => state.remove(key),
  stateKeys: (prefix, after, most) => state.keys(prefix, after, most),
  randomBytes: (count) => random.getRandomBytes(count),
  write(bytes) {
    const output = stdout.getStdout();
    for (let start = 0; start < bytes.length; start += WRITE_LIMIT) {
      output.blockingWriteAndFlush(bytes.slice(start, start + WRITE_LIMIT));
    }
  },
};
