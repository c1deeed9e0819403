// What a component has besides if its code uses timers or aborts something. The build
// imports this after component.js.
import { waitingHost } from './host/waiting.js';
import { waitForEvents } from './microtasks.js';
import { Waiting } from './waiting.js';
import { AbortController, AbortSignal, timeoutsWith } from './web/abort.js';
import { Event, EventTarget } from './web/events.js';
import { makeTimers } from './web/timers.js';

export const waiting = new Waiting(waitingHost);

waitForEvents(waiting);
timeoutsWith((milliseconds, work) => waiting.after(milliseconds, work, true));

Object.assign(globalThis, makeTimers(waiting), { AbortController, AbortSignal, Event, EventTarget });
