// How many requests are made at a time, and what becomes of those that wait.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AbortController } from '../src/web/abort.js';
import { makeFetch } from '../src/web/fetch.js';

/** A fetch whose servers answer when they are told: `answer(path)`. */
function serving() {
  const open = new Map();
  const sent = [];
  let turns;
  const fetch = makeFetch(
    ({ path }, told) => {
      sent.push(path);
      const exchange = {
        end: () => {
          if (open.delete(path)) told.ended();
        },
      };
      open.set(path, () => {
        const chunks = [new Uint8Array([120]), undefined, new Uint8Array([121]), null];
        told.head(200, [], {
          read() {
            const chunk = chunks.shift();
            if (chunk === null) exchange.end();
            return chunk;
          },
          whenReady: (work) => setImmediate(work),
          end: exchange.end,
        });
      });
      return exchange;
    },
    undefined,
    (opened) => {
      turns = opened;
    },
  );
  return { fetch, sent, open, answer: (path) => open.get(path)(), turns: () => turns };
}

const paths = (count) => Array.from({ length: count }, (_, i) => `/${i}`);
const later = () => new Promise((resolve) => setImmediate(resolve));

test('sixteen requests are made at a time, and the others in their turn', async () => {
  const { fetch, sent, open, answer } = serving();
  const all = Promise.all(paths(40).map((path) => fetch(`http://h${path}`).then((response) => response.text())));
  let most = 0;
  while (open.size > 0) {
    most = Math.max(most, open.size);
    for (const path of [...open.keys()]) answer(path);
    for (let i = 0; i < 4; i++) await later();
  }
  assert.deepEqual(await all, new Array(40).fill('xy'));
  assert.deepEqual([most, sent], [16, paths(40)]);
});

test('a response that nobody reads yet gives its turn to others, and can be read later', async () => {
  const { fetch, open, answer } = serving();
  const all = Promise.all(paths(20).map((path) => fetch(`http://h${path}`)));
  while (open.size > 0) {
    for (const path of [...open.keys()]) answer(path);
    for (let i = 0; i < 4; i++) await later();
  }
  const texts = [];
  for (const response of await all) texts.push(await response.text());
  assert.deepEqual(texts, new Array(20).fill('xy'));
});

test('one that is aborted while it waits is not sent', async () => {
  const { fetch, sent, answer } = serving();
  const controller = new AbortController();
  for (const path of paths(16)) fetch(`http://h${path}`);
  const waiting = fetch('http://h/late', { signal: controller.signal });
  controller.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
  answer('/0');
  for (let i = 0; i < 4; i++) await later();
  assert.deepEqual(sent, paths(16));
});

test('those that wait when the unit of work is over are not sent in another', async () => {
  const { fetch, sent, turns } = serving();
  for (const path of paths(17)) fetch(`http://h${path}`);
  turns().end();
  sent.length = 0;
  fetch('http://h/next');
  assert.deepEqual(sent, ['/next']);
});

test('what is read piece by piece is not read by anybody else', async () => {
  const { fetch, answer } = serving();
  const first = fetch('http://h/a');
  answer('/a');
  const reader = (await first).body.getReader();
  assert.deepEqual((await reader.read()).value, new Uint8Array([120]));
  fetch('http://h/b');
  assert.deepEqual((await reader.read()).value, new Uint8Array([121]));
  assert.equal((await reader.read()).done, true);
});
