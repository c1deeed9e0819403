// What a component waits for at the end of a unit of work, over a clock of the test.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { bolt, log, stream, text } from 'stormcell';
import { recorded, testBolt } from 'stormcell/testing';

import { waitForEvents } from '../src/microtasks.js';
import { ComponentPromise as Promise } from '../src/promise.js';
import { Waiting } from '../src/waiting.js';
import { makeTimers } from '../src/web/timers.js';

/** A host whose clock only waiting moves. `open` counts what was not given back. */
function clock() {
  const host = {
    time: 0,
    open: 0,
    now: () => host.time,
    after(nanoseconds) {
      host.open++;
      return { due: host.time + nanoseconds, [Symbol.dispose]: () => host.open-- };
    },
    poll(pollables) {
      host.time = Math.max(host.time, Math.min(...pollables.map(({ due }) => due)));
      return pollables.flatMap(({ due }, at) => (due <= host.time ? [at] : []));
    },
  };
  return host;
}

function waiting() {
  const host = clock();
  const entries = new Waiting(host);
  waitForEvents(entries);
  return { host, entries, timers: makeTimers(entries) };
}

afterEach(() => waitForEvents(null));

function run(process, ...rows) {
  const task = testBolt(bolt({ inputs: { t: text }, outputs: [stream({ w: text })], process }));
  const { emitted, failed } = task.send(rows.map((t) => ({ t })));
  return { emitted: emitted.map(({ values }) => values.w), failed: failed.map(({ row, reason }) => [row, reason.split('\n')[0]]) };
}

test('timers fire in the order of their time, and emit for their tuple', () => {
  const { host, timers: { setTimeout } } = waiting();
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const { emitted, failed } = run(function ({ t }) {
    return Promise.all([30, 10, 20].map((ms) => pause(ms).then(() => this.emit({ w: `${t}${ms}` }))));
  }, 'a', 'b');
  assert.deepEqual([emitted, failed], [['a10', 'a20', 'a30', 'b10', 'b20', 'b30'], []]);
  assert.deepEqual([host.time, host.open], [60e6, 0]);
});

test('a cleared timer does not fire, and intervals go on until they are', () => {
  const { host, timers: { setTimeout, clearTimeout, setInterval, clearInterval } } = waiting();
  const { emitted } = run(function () {
    clearTimeout(setTimeout(() => this.emit({ w: 'never' }), 1));
    return new Promise((resolve) => {
      let beats = 0;
      const id = setInterval(() => {
        this.emit({ w: String(++beats) });
        if (beats < 3) return;
        clearInterval(id);
        resolve();
      }, 5);
    });
  }, 'a');
  assert.deepEqual([emitted, host.time, host.open], [['1', '2', '3'], 15e6, 0]);
});

test('a timer that nobody waits for is dropped, which is said once', () => {
  const { host, timers: { setTimeout } } = waiting();
  const { emitted, failed } = run(function () {
    setTimeout(() => this.emit({ w: 'never' }), 1000);
    // As packages guard what takes long: nobody waits for what has lost.
    return Promise.race([Promise.resolve(), new Promise((_, reject) => setTimeout(reject, 1000))]);
  }, 'a', 'b');
  assert.deepEqual([emitted, failed, host.time, host.open], [[], [], 0, 0]);
  assert.deepEqual(recorded.logs.map(({ level }) => level), ['warn']);
  assert.match(recorded.logs[0].message, /a timer was still running/);
});

test('what a timer throws fails its tuple, and nothing of it is left for the next', () => {
  const { host, timers: { setTimeout } } = waiting();
  const { emitted, failed } = run(function ({ t }) {
    if (t === 'b') {
      this.emit({ w: t });
      return undefined;
    }
    return new Promise(() => {
      setTimeout(() => this.emit({ w: 'late' }), 20);
      setTimeout(() => {
        throw new Error('in a timer');
      }, 10);
    });
  }, 'a', 'b');
  assert.deepEqual([emitted, failed, host.open], [['b'], [[0, 'Error: in a timer']], 0]);
});

test('a promise that no timer settles is still an error', () => {
  const { timers: { setTimeout } } = waiting();
  const { failed } = run(() => {
    setTimeout(() => log.info('tick'), 1);
    return new Promise(() => {});
  }, 'a');
  assert.match(failed[0][1], /process returned a promise that is still pending/);
  assert.deepEqual(recorded.logs.map(({ message }) => message), ['tick']);
});

test('what must be finished is waited for, and what is open is ended with the unit', () => {
  const { host, entries } = waiting();
  const seen = [];
  run(function () {
    const entry = () => ({ due: host.time + 5, [Symbol.dispose]: () => seen.push('given back') });
    entries.on(entry(), () => seen.push('finished'), () => true);
    entries.on(entry(), () => seen.push('with it'));
    entries.on({ due: 1e12, [Symbol.dispose]: () => seen.push('dropped') }, () => seen.push('never'));
    entries.opened({ end: () => seen.push('ended') });
  }, 'a');
  assert.deepEqual(seen, ['given back', 'finished', 'given back', 'with it', 'ended', 'dropped']);
});

test('more timers than the host holds fire in their order', () => {
  const { host, timers: { setTimeout } } = waiting();
  let most = 0;
  const { poll } = host;
  host.poll = (pollables) => {
    most = Math.max(most, host.open);
    return poll(pollables);
  };
  const { emitted, failed } = run(function () {
    // The last ones are due first.
    const all = Array.from({ length: 500 }, (_, i) => new Promise((resolve) => setTimeout(() => resolve(this.emit({ w: String(i) })), 500 - i)));
    return Promise.all(all);
  }, 'a');
  assert.deepEqual(failed, []);
  assert.deepEqual(emitted, Array.from({ length: 500 }, (_, i) => String(499 - i)));
  assert.ok(most <= 64, String(most));
  assert.equal(host.open, 0);
});
