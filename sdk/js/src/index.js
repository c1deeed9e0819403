// The public surface of the SDK. What each name does is said once, with its types,
// in types/index.d.ts.
import './globals.js';

export { bool, bytes, float, int, json, nullable, stream, text, timestamp } from './schema.js';
export { Bolt, bolt } from './bolt.js';
export { Spout, spout } from './spout.js';
export { Grouping, grouping } from './grouping.js';
export { log, metrics, print } from './services.js';
export { state, StateError } from './state.js';
export { fromDate, toDate } from './time.js';
