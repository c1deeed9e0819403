// What a component has besides if its code uses URLs. The build imports this after
// component.js.
import { URL, URLSearchParams } from './web/url.js';

Object.assign(globalThis, { URL, URLSearchParams });
