// A task that runs a grouping: the exports of the WIT interface `grouping-task`.
import { show } from './check.js';
import { groupingContextFromWit } from './context.js';
import { describeClass, descriptionToWit } from './definition.js';
import { Grouping, checkGrouping } from './grouping.js';
import { encodeU32 } from './integers.js';
import { hostIsThere } from './services.js';
import { refuseFields } from './settings.js';
import { finish, shielded } from './task.js';
import { Input } from './tuple.js';

/** Tuples of a grouping are not acked, so they have no handles. */
const NO_BATCH = { firstRow: 0 };

export class GroupingTask {
  constructor(Class) {
    checkGrouping(Class);
    this.description = describeClass(Class);
    this.Class = Class;
  }

  describe() {
    const { summary, inputs, configSchema, textForm } = descriptionToWit(this.description);
    return { summary, inputs, configSchema, textForm };
  }

  prepare(context) {
    const told = groupingContextFromWit(context);
    this.targets = told.targets.length;
    this.input = new Input(told.input);
    this.grouping = new this.Class();
    finish(this.grouping.prepare(told), 'prepare');
    refuseFields(this.grouping, this.Class, Grouping, 'grouping');
  }

  choose(rows, columns) {
    const tuples = this.input.tuples(this.input.decode(columns, rows), rows, NO_BATCH);
    const chosen = tuples.map((tuple) => this.check(finish(this.grouping.choose(tuple), 'choose')));
    if (chosen.every((choice) => typeof choice === 'number')) {
      return { tag: 'each', val: encodeU32(chosen) };
    }
    const lists = chosen.map((choice) => (typeof choice === 'number' ? [choice] : choice));
    const offsets = [0];
    for (const list of lists) offsets.push(offsets[offsets.length - 1] + list.length);
    return {
      tag: 'lists',
      val: { offsets: encodeU32(offsets), numbers: encodeU32(lists.flat()) },
    };
  }

  /** A target, or a list of them; null and undefined are none. */
  check(choice) {
    if (choice === null || choice === undefined) return [];
    if (!Array.isArray(choice)) return this.target(choice);
    for (const target of choice) this.target(target);
    if (new Set(choice).size !== choice.length) {
      throw new RangeError(`choose: a target is there twice: ${choice.join(', ')}`);
    }
    return choice;
  }

  target(target) {
    if (Number.isInteger(target) && target >= 0 && target < this.targets) return target;
    throw new RangeError(
      `choose: expected the index of one of ${this.targets} targets (from 0 on), a list of them or null, got ${show(target)}`,
    );
  }
}

/** The exported interface. */
export function groupingExports(Class) {
  const task = new GroupingTask(Class);
  return shielded({
    describe: () => task.describe(),
    prepare: (context) => task.prepare(context),
    choose: (rows, columns) => task.choose(rows, columns),
  }, hostIsThere);
}
