// The conformance bolt: ../../README.md says what each command does.
import {
  Bolt,
  StateError,
  bool,
  bytes,
  float,
  int,
  json,
  log,
  metrics,
  nullable,
  print,
  state,
  stream,
  text,
  timestamp,
} from 'stormcell';

import { describe, hexadecimal } from './describe.js';

const values = {
  b: nullable(bool),
  i: nullable(int),
  f: nullable(float),
  t: nullable(text),
  y: nullable(bytes),
  at: nullable(timestamp),
  j: nullable(json),
};

export default class ConformanceBolt extends Bolt {
  static summary = 'conformance bolt';
  static inputs = { command: text, ...values };
  static outputs = [stream(values), stream('notes', { note: text })];
  static capabilities = ['stdout'];
  static config = {
    type: 'object',
    properties: { greeting: { type: 'string' } },
    additionalProperties: false,
  };

  prepare() {
    this.kept = [];
    this.failingTick = null;
  }

  process(tuple) {
    const command = this.commands[tuple.command];
    if (command === undefined) throw new Error(`unknown command ${tuple.command}`);
    command(tuple);
  }

  tick() {
    if (this.failingTick !== null) {
      const { t, y } = this.failingTick;
      state.set(t, y);
      throw new Error(t);
    }
    this.note('tick', { anchors: [] });
  }

  close(reason) {
    this.note(`closed ${reason}`, { anchors: [] });
  }

  note(note, options) {
    this.emit({ note }, { stream: 'notes', ...options });
  }

  commands = {
    echo: (tuple) => this.emit(tuple),
    twice: (tuple) => {
      this.emit(tuple);
      this.emit(tuple);
    },
    describe: (tuple) => this.note(describe(tuple)),
    note: (tuple) => this.note(tuple.t),
    unanchored: (tuple) => this.note(tuple.t, { anchors: [] }),
    keep: (tuple) => {
      this.keep(tuple);
      this.kept.push(tuple);
    },
    join: (tuple) => {
      this.note(`joined ${this.kept.length}`, { anchors: [...this.kept, tuple] });
      for (const kept of this.kept) this.ack(kept);
      this.kept = [];
    },
    'drop-kept': () => {
      for (const kept of this.kept) this.fail(kept, 'dropped');
      this.kept = [];
    },
    'extend-kept': () => {
      for (const kept of this.kept) this.extend(kept);
    },
    'self-anchor': (tuple) => this.note('self', { anchors: [tuple, tuple] }),
    ack: (tuple) => {
      this.ack(tuple);
      this.note('acked', { anchors: [] });
    },
    fail: (tuple) => this.fail(tuple, tuple.t),
    raise: (tuple) => {
      this.note('lost');
      throw new Error(tuple.t);
    },
    'bad-type': () => this.note(42),
    'bad-null': () => this.note(null),
    'bad-stream': (tuple) => this.emit({ note: tuple.t }, { stream: 'nowhere' }),
    log: (tuple) => log.info(tuple.t),
    print: (tuple) => print(tuple.t),
    count: () => {
      metrics.count('conformance.rows', 2);
      metrics.gauge('conformance.gauge', 1.5);
    },
    config: () => this.note(this.context.config.greeting ?? 'no greeting'),
    context: (tuple) => {
      const { component, task, taskIndex, taskCount } = this.context;
      const source = this.sourceOf(tuple);
      this.note(
        `${component} task ${task} (${taskIndex} of ${taskCount})` +
          ` from ${source.component}/${source.stream} of task ${source.task}`,
      );
    },
    'state-set': ({ t, y }) => state.set(t, y),
    'state-get': ({ t }) => {
      const value = state.get(t);
      this.note(value === undefined ? 'none' : hexadecimal(value));
    },
    'state-remove': ({ t }) => state.remove(t),
    'state-keys': ({ t }) => this.note([...state.keys(t)].join(' ')),
    'state-try': ({ t, y }) => {
      try {
        state.set(t, y);
        this.note('done');
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        this.note(`${error.code}: ${error.message}`);
      }
    },
    'state-set-raise': ({ t, y }) => {
      state.set(t, y);
      throw new Error(t);
    },
    'fail-tick': ({ t, y }) => {
      this.failingTick = { t, y };
    },
    random: () => this.note(String(Math.random())),
    trap: () => recurse(0),
    spin: () => {
      for (;;);
    },
    grow: () => {
      const held = [];
      for (;;) held.push(new Uint8Array(1024 * 1024).fill(1));
    },
  };
}

/** QuickJS does not watch its stack in a component: the instance ends. */
function recurse(depth) {
  return recurse(depth + 1) + 1;
}
