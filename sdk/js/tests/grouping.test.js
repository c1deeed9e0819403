import assert from 'node:assert/strict';
import { test } from 'node:test';

import { grouping, int, nullable } from 'stormcell';
import { testGrouping } from 'stormcell/testing';

const inputs = { i: nullable(int) };

test('a row goes to one target, to several or to none', () => {
  const choose = ({ i }) => (i === null ? null : i === 0 ? [0, 2] : i % 3);
  const task = testGrouping(grouping({ inputs, choose }), { targets: [4, 5, 6] });
  assert.deepEqual(task.choose([{ i: 1 }, { i: 2 }]), [[1], [2]]);
  assert.deepEqual(task.choose([{ i: 1 }, { i: null }, { i: 0 }]), [[1], [], [0, 2]]);
});

test('impossible targets are refused', () => {
  const refuse = (choice, expected) => {
    const task = testGrouping(grouping({ inputs, choose: () => choice }));
    assert.throws(() => task.choose([{ i: 1 }]), expected);
  };
  refuse(2, /index of one of 2 targets/);
  refuse(-1, /got the number -1/);
  refuse([0, 0], /a target is there twice: 0, 0/);
  refuse('0', /got the string "0"/);
  refuse(Promise.resolve(0), /choose returned a promise/);
  assert.throws(() => grouping({ inputs }), /needs a method choose/);
});
