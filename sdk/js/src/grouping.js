// The class that authors extend to write a grouping of their own.
import { namesCalled } from './authored.js';
import { classFrom } from './definition.js';
import { placeOf } from './errors.js';
import { insteadOf, refuseForeign, refuseParameters } from './foreign.js';
import { refuseGenerators } from './methods.js';
import { refuseStatics } from './settings.js';

export class Grouping {
  static summary = '';

  prepare(_context) {}
}

/** A grouping from an object of describing keys and methods. */
export function grouping(definition) {
  const Defined = classFrom(Grouping, definition, 'grouping');
  checkGrouping(Defined);
  return Defined;
}

/** Throws an error unless the class can run. */
export function checkGrouping(Class) {
  refuseForeign(Class, Grouping, 'grouping');
  refuseStatics(Class, Grouping, 'grouping');
  if (typeof Class.prototype.choose !== 'function') {
    throw new TypeError(`${placeOf(Class)}a grouping needs a method choose(tuple)${insteadOf(Class, ['choose'])}`);
  }
  refuseParameters(Class, Grouping, 'grouping');
  refuseGenerators(Class, namesCalled('grouping'));
}
