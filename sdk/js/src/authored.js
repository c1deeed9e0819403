// The classes of an author: what they define, and whether their own code uses it.

/** By kind: the methods that the host calls, as one writes them. */
export const CALLED = {
  bolt: ['prepare(context)', 'process(tuple)', 'processBatch(batch)', 'tick(now)', 'close(reason)'],
  spout: ['prepare(context)', 'activate()', 'deactivate()', 'next(maxRows)', 'acked(id)', 'failed(id)', 'close(reason)'],
  grouping: ['prepare(context)', 'choose(tuple)'],
};

/** The names of those methods. */
export const namesCalled = (kind) => CALLED[kind].map(nameOf);

export const nameOf = (shown) => shown.slice(0, shown.indexOf('('));

/** The methods that the classes of an author define, each with its class. */
export function* methodsOf(Class, base) {
  for (const owner of classesOf(Class, base)) {
    for (const name of Object.getOwnPropertyNames(owner.prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(owner.prototype, name);
      if (name !== 'constructor' && typeof value === 'function') yield [owner, name, value];
    }
  }
}

export function* classesOf(Class, base) {
  for (let owner = Class; owner !== base && typeof owner === 'function'; owner = Object.getPrototypeOf(owner)) yield owner;
}

export const sourceOf = (value) => Function.prototype.toString.call(value);

/** Whether the author's own code names it, but for the method itself. */
export function isUsed(name, method, Class, base) {
  const own = sourceOf(method);
  const sources = [...classesOf(Class, base)].map((owner) => sourceOf(owner).replace(own, ''));
  for (const [, , other] of methodsOf(Class, base)) if (other !== method) sources.push(sourceOf(other));
  const exact = name.replaceAll('$', '\\$');
  const uses = new RegExp(`\\.\\s*${exact}(?![\\w$])|['"\`]${exact}['"\`]|[{,]\\s*${exact}\\s*[,:}][^=]*=\\s*this(?![\\w$])`);
  return sources.some((source) => uses.test(source));
}

/** Whether the author's own code reads a property. To give it a value is not to read it.
 * `own` is a method whose own code does not count. */
export function isRead(name, Class, base, own = undefined) {
  const exact = name.replaceAll('$', '\\$');
  const reads = new RegExp(`\\.\\s*${exact}(?![\\w$])(?!\\s*=[^=])|\\[\\s*['"\`]${exact}['"\`]\\s*\\](?!\\s*=)|[{,]\\s*${exact}\\s*[,:}][^=]*=\\s*(?:this|[\\w$]+)(?![\\w$])`);
  const sources = [...classesOf(Class, base)].map(sourceOf);
  for (const [, , method] of methodsOf(Class, base)) sources.push(sourceOf(method));
  return sources.some((source) => reads.test(own === undefined ? source : source.replace(sourceOf(own), '')));
}
