// The console, with all that https://console.spec.whatwg.org has. What cannot be shown
// is said to be so: no method throws.
import { callerFrames } from './errors.js';
import { formatLine } from './format.js';
import { inspect } from './inspect.js';
import { tableText } from './table.js';

/** A group in so many others begins no further to the right. */
const MOST_INDENTED = 20;

let groups = 0;

/** Ends all groups. The next call of the host begins without: an error may have left one. */
export function endGroups() {
  groups = 0;
}

/** A console whose lines go to `write(level, text)`. */
export function makeConsole(write) {
  const counts = new Map();
  const timers = new Map();

  const line = (level, text) => {
    const indent = '  '.repeat(Math.min(groups, MOST_INDENTED));
    write(level, indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`));
  };
  const at = (level) => (...values) => line(level, formatLine(values));
  const info = at('info');
  const warn = at('warn');
  const group = (...values) => {
    if (values.length > 0) info(...values);
    groups++;
  };
  const labelled = (label = 'default') => (typeof label === 'string' ? label : inspect(label));
  /** Tells how long a timer has run. */
  const elapsed = (label, method, values) => {
    const name = labelled(label);
    const start = timers.get(name);
    if (start === undefined) {
      warn(`console.${method}: there is no timer ${name}`);
      return;
    }
    line('info', [`${name}: ${Date.now() - start} ms`, ...(values.length > 0 ? [formatLine(values)] : [])].join(' '));
    if (method === 'timeEnd') timers.delete(name);
  };

  const methods = {
    log: info,
    info,
    debug: at('debug'),
    warn,
    error: at('error'),
    trace: (...values) => {
      const said = formatLine(values);
      // As the standard ranks it: like console.log.
      line('info', [said === '' ? 'Trace' : `Trace: ${said}`, ...callerFrames()].join('\n'));
    },
    assert: (condition, ...values) => {
      if (condition) return;
      const [first, ...rest] = values;
      const said = typeof first === 'string' ? [`Assertion failed: ${first}`, ...rest] : ['Assertion failed', ...values];
      line('error', formatLine(said));
    },
    dir: (value) => line('info', inspect(value)),
    dirxml: (...values) => line('info', values.map(inspect).join(' ')),
    // Line by line: the host shows the end of a line in a log line as an escape.
    table: (data, columns) => {
      const lines = tableText(data, columns);
      if (lines === null) info(data);
      else for (const one of lines) line('info', one);
    },
    count: (label) => {
      const name = labelled(label);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      line('info', `${name}: ${counts.get(name)}`);
    },
    countReset: (label) => {
      const name = labelled(label);
      if (!counts.has(name)) warn(`console.countReset: there is no count ${name}`);
      else counts.set(name, 0);
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      groups = Math.max(groups - 1, 0);
    },
    time: (label) => {
      const name = labelled(label);
      if (timers.has(name)) warn(`console.time: the timer ${name} runs already`);
      else timers.set(name, Date.now());
    },
    timeLog: (label, ...values) => elapsed(label, 'timeLog', values),
    timeEnd: (label) => elapsed(label, 'timeEnd', []),
    // What follows has nothing to do here: there is no screen, and no profile is taken.
    clear: () => {},
    timeStamp: () => {},
    profile: () => {},
    profileEnd: () => {},
  };
  const made = {};
  for (const [name, method] of Object.entries(methods)) {
    made[name] = (...values) => {
      try {
        method(...values);
      } catch {
        write('error', `console.${name}: what was given cannot be shown`);
      }
    };
  }
  return Object.defineProperty(made, Symbol.toStringTag, { value: 'console', configurable: true });
}
