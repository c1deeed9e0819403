// A bolt that throws, logs and emits what resists: ../../README.md says what becomes of it.
import { bolt, json, log, metrics, nullable, print, state, stream, text } from 'stormcell';

import { ODD } from './values.js';

const never = () => new Promise(() => {});

const sleepless = async (value) => {
  await null;
  return value;
};

export default bolt({
  summary: 'odd bolt: half \ud83d',
  inputs: { command: text, t: nullable(text) },
  outputs: [stream({ j: json }), stream('notes', { note: text })],

  process(tuple) {
    if (tuple.command === 'odd') throw ODD[tuple.t]();
    return this[tuple.command](tuple);
  },

  note(note) {
    this.emit({ note }, { stream: 'notes' });
  },

  'log-odd'({ t }) {
    const make = ODD[t];
    for (const method of Object.keys(console)) console[method](make());
    for (const place of 'sdifjoOc') console.log(`%${place}`, make());
    console.log('and', make(), { in: make(), list: [make()], map: new Map([[make(), make()]]) });
    console.table([make(), { a: make() }]);
    log.info(make());
  },
  'emit-odd'({ t }) {
    this.emit({ j: ODD[t]() });
  },
  'fail-odd'(tuple) {
    this.fail(tuple, ODD[tuple.t]());
  },
  half() {
    const half = 'ok \ud83d';
    console.log('cut to', half);
    log.info({ half });
    print(half);
    metrics.count(half);
    metrics.gauge(half, 1);
    this.note(half);
    this.emit({ j: { [half]: [half] } });
    throw new Error(half);
  },
  'half-key'() {
    state.set('ok \ud83d', 'value');
    this.note([...state.keys('ok \ud83d')].join(' '));
  },
  json() {
    this.emit({ j: { big: 2n ** 70n, zero: -0, half: '\ud83d', at: new Date(0) } });
  },
  console() {
    console.log('%s is %d, %o', 'a', 1, { b: 2 });
    console.log({ e: new Error('inside'), m: new Map([[1, 2]]), u: undefined });
    console.assert(false, 'no');
    console.count();
    console.group('outer');
    console.warn('inner');
    console.groupEnd();
    console.table([{ a: 1 }]);
    console.time();
    console.timeEnd();
  },

  // What only waits for microtasks.
  async waits({ t }) {
    this.note(await sleepless(t));
    for await (const note of this.later()) this.note(note);
  },
  async *later() {
    yield 'first';
    yield await sleepless('second');
  },
  then({ t }) {
    Promise.resolve(t).then((note) => this.note(note));
  },
  queued({ t }) {
    queueMicrotask(() => this.note(t));
  },
  all() {
    return Promise.all([sleepless('one'), 'two']).then((notes) => this.note(notes.join(' ')));
  },
  async rejects({ t }) {
    this.note('lost');
    await null;
    throw new Error(t);
  },
  'rejects-unseen'({ t }) {
    sleepless(t).then((note) => {
      throw new Error(note);
    });
  },
  // What waits for ever.
  never,
  async 'awaits-never'() {
    await never();
  },
  'awaits-never-unseen'() {
    this['awaits-never']();
  },
});
