// Runs a bolt, spout or grouping under Node, as its host would: rows are encoded
// and decoded exactly as in a component. For the unit tests of authors.
import { AwaitingBoltTask, AwaitingSpoutTask } from './awaiting-tasks.js';
import { BoltTask } from './bolt-task.js';
import { RowBuffer } from './buffer.js';
import { decodeColumn } from './columns.js';
import { GroupingTask } from './grouping-task.js';
import { decodeU64, encode64 } from './integers.js';
import { fieldList, fieldsFromWit, fieldsToWit } from './schema.js';
import { hostIsThere } from './services.js';
import { SpoutTask } from './spout-task.js';
import { record, reset, settings } from './host/node.js';

/** What was logged, counted, measured and printed since the last test task. */
export { record as recorded };

const u32 = (bytes) => Array.from(new Uint32Array(Uint8Array.from(bytes).buffer));

function configure({ config, state }) {
  const kept = Array.from(state ?? [], ([key, value]) => [key, Uint8Array.from(value)]);
  reset();
  settings.config = JSON.stringify(config ?? {});
  record.state = new Map(kept);
  hostIsThere();
}

/** The inputs of a task: as given, or one that carries what its class demands. */
function inputsOf(Class, given) {
  const inputs = given ?? [{ fields: Class.inputs ?? {} }];
  return inputs.map(({ component = 'source', stream = 'default', fields }) => ({
    component,
    name: stream,
    fields: fieldsToWit(fieldList(fields, `input ${component}/${stream}`)),
  }));
}

function contextOf(task, inputs, { topology, component, taskIndex, taskCount, components }) {
  return {
    topology: topology ?? 'test',
    component: component ?? 'component',
    task,
    taskIndex: taskIndex ?? 0,
    taskCount: taskCount ?? 1,
    inputs,
    outputs: [],
    components: Object.entries(components ?? {}).map(([name, tasks]) => ({ component: name, tasks })),
  };
}

/** Rows (objects or arrays) as WIT columns. */
function encodeRows(name, witFields, rows) {
  const buffer = new RowBuffer({ name, fields: fieldsFromWit(witFields) }, 0, null);
  for (const row of rows) buffer.add(row, 0, 1);
  return buffer.encode();
}

/** WIT columns as objects. */
function decodeRows(fields, columns, rows) {
  const arrays = fields.map(({ kind }, i) => decodeColumn(kind, columns[i], rows));
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(fields.map(({ name }, i) => [name, arrays[i][row]])),
  );
}

function anchorsOf({ anchors, rows }) {
  if (anchors.tag === 'none') return Array.from({ length: rows }, () => []);
  if (anchors.tag === 'each') return u32(anchors.val).map((handle) => [handle]);
  const offsets = u32(anchors.val.offsets);
  const handles = u32(anchors.val.numbers);
  return Array.from({ length: rows }, (_, row) => handles.slice(offsets[row], offsets[row + 1]));
}

function emittedBy(outputs, emissions, more) {
  return emissions.flatMap((emission) => {
    const { name, fields } = outputs[emission.output];
    const details = more(emission);
    const direct = emission.directTask === null ? {} : { directTask: emission.directTask };
    return decodeRows(fields, emission.columns, emission.rows).map((values, row) => ({
      stream: name,
      values,
      ...direct,
      ...details(row),
    }));
  });
}

class TestBolt {
  constructor(Class, options, Task = BoltTask) {
    configure(options);
    this.task = new Task(Class);
    this.inputs = inputsOf(Class, options.inputs);
    this.nextRow = 0;
    this.live = new Set();
    this.prepared = this.task.prepare(contextOf(options.task ?? 1, this.inputs, options));
  }

  send(rows, options) {
    const { batch, handles } = this.batchOf(rows, options);
    return this.outcome(this.task.execute([batch]), handles);
  }

  batchOf(rows, { input = 0, sourceTask = 1 } = {}) {
    hostIsThere();
    const { name, fields } = this.inputs[input];
    const columns = encodeRows(name, fields, rows);
    const batch = { input, sourceTask, firstRow: this.nextRow, rows: rows.length, columns };
    const handles = rows.map((_, i) => this.nextRow + i);
    this.nextRow += rows.length;
    return { batch, handles };
  }

  tick(now = 0) {
    hostIsThere();
    return this.outcome(this.task.tick(now), []);
  }

  close(reason = 'finished') {
    hostIsThere();
    return this.outcome(this.task.close(reason), []);
  }

  outcome(outcome, handles) {
    const failed = outcome.failed.map(({ row, reason }) => ({ row, reason }));
    const acked = new Set(u32(outcome.acked));
    const ended = new Set([...acked, ...failed.map(({ row }) => row)]);
    const { tag, val } = outcome.kept;
    const kept = new Set(tag === 'these' ? u32(val) : tag === 'all' ? handles : []);
    for (const handle of handles) {
      if (!kept.has(handle) && !ended.has(handle)) acked.add(handle);
    }
    return {
      emitted: emittedBy(this.task.description.outputs, outcome.emissions, (emission) => {
        const anchors = anchorsOf(emission);
        return (row) => ({ anchors: anchors[row] });
      }),
      acked: [...acked].sort((a, b) => a - b),
      failed,
      kept: [...kept].filter((handle) => !ended.has(handle)),
      extended: u32(outcome.extended),
    };
  }
}

/** Runs work with a `fetch` of the test in the place of Node's, if there is one. */
async function withFetch(fake, work) {
  if (fake === undefined) return work();
  const real = globalThis.fetch;
  globalThis.fetch = fake;
  try {
    return await work();
  } finally {
    globalThis.fetch = real;
  }
}

/** The same as a TestBolt, but each method returns a promise, and waits for those of the
 * bolt. */
class AwaitingTestBolt {
  #bolt;
  #with;

  constructor(Class, { fetch, ...options }) {
    this.#with = (work) => withFetch(fetch, work);
    this.ready = this.#with(() => {
      this.#bolt = new TestBolt(Class, options, AwaitingBoltTask);
      return this.#bolt.prepared;
    });
  }

  async #outcome(work, handles) {
    return this.#bolt.outcome(await this.#with(work), handles);
  }

  async send(rows, options) {
    const { batch, handles } = this.#bolt.batchOf(rows, options);
    return this.#outcome(() => this.#bolt.task.execute([batch]), handles);
  }

  async tick(now = 0) {
    hostIsThere();
    return this.#outcome(() => this.#bolt.task.tick(now), []);
  }

  async close(reason = 'finished') {
    hostIsThere();
    return this.#outcome(() => this.#bolt.task.close(reason), []);
  }
}

/** The same of a TestSpout. */
class AwaitingTestSpout {
  #spout;
  #with;

  constructor(Class, { fetch, ...options }) {
    this.#with = (work) => withFetch(fetch, work);
    this.ready = this.#with(async () => {
      this.#spout = new TestSpout(Class, options, AwaitingSpoutTask);
      await this.#spout.prepared;
      await this.#spout.task.activate();
    });
  }

  async next(maxRows = 100) {
    hostIsThere();
    return this.#spout.outcome(await this.#with(() => this.#spout.task.next(maxRows)));
  }

  async acked(...ids) {
    await this.#with(() => this.#spout.acked(...ids));
  }

  async failed(...ids) {
    await this.#with(() => this.#spout.failed(...ids));
  }

  async deactivate() {
    await this.#with(() => this.#spout.task.deactivate());
  }

  async activate() {
    await this.#with(() => this.#spout.task.activate());
  }

  async close(reason = 'finished') {
    await this.#with(() => this.#spout.task.close(reason));
  }
}

class TestSpout {
  constructor(Class, options, Task = SpoutTask) {
    configure(options);
    this.task = new Task(Class);
    this.prepared = this.task.prepare(contextOf(options.task ?? 1, [], options));
    if (this.prepared === undefined) this.task.activate();
  }

  next(maxRows = 100) {
    hostIsThere();
    return this.outcome(this.task.next(maxRows));
  }

  outcome({ emissions, ended, idleMs }) {
    const emitted = emittedBy(this.task.description.outputs, emissions, ({ tracking }) => {
      const numbers = tracking.tag === 'ids' ? decodeU64(tracking.val) : [];
      const ids = numbers.map((number) => this.task.ids.of(number));
      return (row) => (tracking.tag === 'ids' ? { id: ids[row] } : {});
    });
    return { emitted, ended, idleMs };
  }

  acked(...ids) {
    return this.task.acked(encode64(ids.map((id) => this.task.ids.known(id))));
  }

  failed(...ids) {
    return this.task.failed(encode64(ids.map((id) => this.task.ids.known(id))));
  }

  deactivate() {
    this.task.deactivate();
  }

  activate() {
    this.task.activate();
  }

  close(reason = 'finished') {
    this.task.close(reason);
  }
}

class TestGrouping {
  constructor(Class, options) {
    configure(options);
    this.task = new GroupingTask(Class);
    [this.input] = inputsOf(Class, options.input && [options.input]);
    this.task.prepare({
      topology: options.topology ?? 'test',
      grouped: this.input,
      sourceTask: options.sourceTask ?? 1,
      targets: options.targets ?? [2, 3],
    });
  }

  choose(rows) {
    const { tag, val } = this.task.choose(
      rows.length,
      encodeRows(this.input.name, this.input.fields, rows),
    );
    if (tag === 'each') return u32(val).map((target) => [target]);
    return anchorsOf({ anchors: { tag: 'lists', val }, rows: rows.length });
  }
}

export const testBolt = (Class, options = {}) => new TestBolt(Class, options);
export const testSpout = (Class, options = {}) => new TestSpout(Class, options);

/** A prepared task whose methods are awaited, because those of its bolt may be. */
export async function testBoltAsync(Class, options = {}) {
  const task = new AwaitingTestBolt(Class, options);
  await task.ready;
  return task;
}

export async function testSpoutAsync(Class, options = {}) {
  const task = new AwaitingTestSpout(Class, options);
  await task.ready;
  return task;
}

export const testGrouping = (Class, options = {}) => new TestGrouping(Class, options);
