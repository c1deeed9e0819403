// What a component has besides if its code calls servers. The build imports this after
// component.js, in the worlds whose names end in `-http`.
import { waiting } from './component-waiting.js';
import { Exchange } from './host/http.js';
import { hasHostCalled } from './services.js';
import { makeFetch } from './web/fetch.js';
import { FormData } from './web/form-data.js';
import { Headers } from './web/headers.js';
import { Request } from './web/request.js';
import { Response } from './web/response.js';
import './component-url.js';

function expectHost() {
  if (hasHostCalled()) return;
  throw new Error('fetch: no server can be called while the component is built, which is when its modules are evaluated: call it in prepare or later');
}

Object.assign(globalThis, {
  FormData,
  Headers,
  Request,
  Response,
  fetch: makeFetch(
    (request, told) => new Exchange(waiting, request, told),
    expectHost,
    (turns) => waiting.opened(turns),
  ),
});
