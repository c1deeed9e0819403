// Run with: npm install && npm test
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testBolt } from 'stormcell/testing';

import Count from './count.js';

test('each word is emitted once, with its count, when the bolt is closed', () => {
  const task = testBolt(Count);
  const { acked, emitted } = task.send([{ word: 'the' }, { word: 'word' }, { word: 'the' }]);
  assert.deepEqual([acked, emitted], [[0, 1, 2], []]);
  assert.deepEqual(
    task.close().emitted.map(({ values }) => values),
    [{ word: 'the', count: 2 }, { word: 'word', count: 1 }],
  );
});
