// Whether methods can do what their author means, as far as that can be seen when they
// are defined.

const GENERATORS = ['[object GeneratorFunction]', '[object AsyncGeneratorFunction]'];

/** What esbuild makes of `async *process(tuple) {`. */
const REWRITTEN = /^[^{]*\)\s*\{\s*return __asyncGenerator\d*\(/;

const isRewritten = (method) =>
  typeof method === 'function' && REWRITTEN.test(Function.prototype.toString.call(method));

/** Throws if one of the methods that the host calls is a generator: its values would go
 * nowhere, and its code would not run. */
export function refuseGenerators(Class, names) {
  for (const name of names) {
    const method = Class.prototype[name];
    if (!GENERATORS.includes(Object.prototype.toString.call(method)) && !isRewritten(method)) continue;
    throw new TypeError(
      `${name} is a generator, which nobody would run: make it a plain method, and call this.emit(...) in place of yield`,
    );
  }
}

/** Whether what a method returned is a generator, also one of a method that the build has
 * rewritten. */
export function isGenerator(result) {
  if (Object.prototype.toString.call(result) === '[object Generator]') return true;
  return Symbol.asyncIterator in result && typeof result.next === 'function';
}

/** Throws if a function of a definition is an arrow function that uses `this`. */
export function refuseArrow(what, method) {
  if (Object.hasOwn(method, 'prototype')) return;
  const source = withoutTexts(Function.prototype.toString.call(method));
  const arrow = /^(?:async\s*)?(?:[\w$]+|\([^]*?\))\s*=>/.exec(source);
  // Functions and classes in it may have a `this` of their own.
  if (arrow === null || /\b(?:function|class)\b/.test(source)) return;
  if (!/(?<![.\w$])this(?![\w$]|\s*:)/.test(source)) return;
  throw new TypeError(
    `${what} is an arrow function that uses this, and an arrow function has no this of its own: make it a method, ${lastName(what)}(...) { ... }`,
  );
}

const lastName = (what) => what.slice(what.lastIndexOf(' ') + 1);

/** The source of a function without comments, and without what is in strings. */
const withoutTexts = (source) =>
  source.replace(/\/\*[^]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"|`(?:[^`\\]|\\[^])*`/g, '""');
