// Values that resist being shown, by name: for this bolt, and for the unit tests of the SDK.

const refusing = () => {
  throw new Error('no');
};

export const ODD = {
  'null prototype': () => Object.create(null),
  undefined: () => undefined,
  null: () => null,
  symbol: () => Symbol('q'),
  BigInt: () => 10n ** 400n,
  function: () => function named() {},
  class: () => class Named {},
  'negative zero': () => -0,
  'huge text': () => 'x'.repeat(300_000),
  'half a pair': () => 'ok \ud83d',
  'half a pair as key': () => ({ '\ud83d': '\ude00' }),
  'plain object': () => ({ code: 7, message: 'quota exceeded' }),
  cycle: () => {
    const cycle = {};
    cycle.self = [cycle];
    return cycle;
  },
  deep: () => {
    let deep = [];
    for (let i = 0; i < 100_000; i++) deep = i % 2 ? [deep] : { deep };
    return deep;
  },
  'deep lists': () => {
    let deep = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    return deep;
  },
  'deep causes': () => {
    let error = new Error('first');
    for (let i = 0; i < 2_000; i++) error = new Error(`after ${i}`, { cause: error });
    return error;
  },
  'errors in causes': () => {
    let error = new Error('first');
    for (let i = 0; i < 2_000; i++) error = new Error(`after ${i}`, { cause: { inner: error } });
    return error;
  },
  'cycle of causes': () => {
    const error = new Error('loop');
    error.cause = error;
    return error;
  },
  'cycle through an object': () => {
    const error = new Error('loop');
    error.cause = { error };
    error.message = { error };
    return error;
  },
  'AggregateError in itself': () => {
    const error = new AggregateError([new Error('one'), 'two'], 'many');
    error.errors.push(error);
    return error;
  },
  'getters that throw': () => {
    const error = new Error('x');
    for (const key of ['stack', 'name', 'message', 'cause', 'errors', 'toString']) {
      Object.defineProperty(error, key, { get: refusing });
    }
    return error;
  },
  'parts of other types': () => {
    const error = new Error('x');
    // An engine may refuse to have some of them assigned, and make the stack of the name.
    const parts = { stack: {}, name: Symbol('n'), message: 7n, cause: null };
    for (const [key, value] of Object.entries(parts)) Object.defineProperty(error, key, { value });
    return error;
  },
  'toString that throws': () => ({ toString: refusing, valueOf: refusing, toJSON: refusing }),
  'toString of no text': () => ({ toString: () => ({}) }),
  'tag that throws': () => ({ get [Symbol.toStringTag]() { return refusing(); } }),
  'a proxy that throws': () => new Proxy({}, new Proxy({}, { get: () => refusing })),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  'an error of a proxy': () => new Proxy(new Error('x'), { get: refusing }),
  'a stack in one line': () => Object.assign(new Error('x'), { stack: `${'x'.repeat(200_000)}.js` }),
  'a false Map': () => Object.create(Map.prototype),
  'a long list': () => new Array(20_000).fill({ a: 1 }),
  'a sparse list': () => new Array(4_000_000_000),
  'many keys': () => Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])),
  'a class without a name': () => Object.assign(Object.create({ constructor: { name: Symbol('n') } }), { a: 1 }),
  'an invalid Date': () => new Date(Number.NaN),
  'a promise': () => Promise.resolve(1),
};
