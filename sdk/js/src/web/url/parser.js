// The parser of URLs: https://url.spec.whatwg.org/#url-parsing, state by state. There are
// libraries that do this; with the tables and the encodings that they bring, a component
// would have twice its size.
import { parseHost } from './host.js';
import { CONTROL, FRAGMENT, PATH, QUERY, SPECIAL_QUERY, USERINFO, encode } from './percent.js';

/** Schemes with hosts and paths as those of http, and their ports. */
const PORTS = { 'ftp:': 21, 'file:': null, 'http:': 80, 'https:': 443, 'ws:': 80, 'wss:': 443 };

export const isSpecial = (url) => Object.hasOwn(PORTS, url.scheme);

const isDrive = (text) => /^[A-Za-z][:|]$/.test(text);
const isNormalDrive = (text) => /^[A-Za-z]:$/.test(text);
const startsWithDrive = (text) => /^[A-Za-z][:|](?:[/\\?#]|$)/.test(text);
const isSingleDot = (text) => /^(?:\.|%2e)$/i.test(text);
const isDoubleDot = (text) => /^(?:\.|%2e){2}$/i.test(text);

/** `path` is a list of segments, or a text if the URL has none (as `mailto:a@b`). */
export const emptyUrl = () => ({
  scheme: '',
  username: '',
  password: '',
  host: null,
  port: null,
  path: [],
  query: null,
  fragment: null,
});

const copy = (url) => ({ ...url, path: Array.isArray(url.path) ? [...url.path] : url.path });

export const hasCredentials = (url) => url.username !== '' || url.password !== '';

/** Whether it cannot have a name, a password or a port. */
export const cannotHaveCredentials = (url) => url.host === null || url.host === '' || url.scheme === 'file:';

/** The URL of a text, or null; `base` is the URL that it may be relative to. */
export function parseUrl(text, base = null) {
  const trimmed = text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  return new Parser(trimmed, base, emptyUrl(), null).run();
}

/** Sets a part of a URL as if this state had come to it. Says whether it could. */
export function parseInto(url, text, state) {
  const changed = copy(url);
  if (new Parser(text, null, changed, state).run() === null) return false;
  Object.assign(url, changed);
  return true;
}

/** What a state may return: the input is wrong; all is done. */
const FAILURE = Symbol('failure');
const DONE = Symbol('done');

class Parser {
  constructor(text, base, url, override) {
    this.input = Array.from(text.toWellFormed().replace(/[\t\n\r]/g, ''));
    this.base = base;
    this.url = url;
    this.override = override;
    this.state = override ?? 'scheme start';
    this.at = 0;
    this.buffer = '';
    this.atSeen = false;
    this.inBrackets = false;
    this.passwordSeen = false;
  }

  run() {
    for (; ; this.at++) {
      const result = STATES[this.state](this, this.input[this.at]);
      if (result === FAILURE) return null;
      if (result === DONE) return this.url;
      if (this.at >= this.input.length) return this.url;
    }
  }

  /** Goes on in another state with the same character. */
  again(state) {
    this.state = state;
    this.at--;
  }

  rest(from = this.at + 1) {
    return this.input.slice(from).join('');
  }

  shorten() {
    const { path, scheme } = this.url;
    if (scheme === 'file:' && path.length === 1 && isNormalDrive(path[0])) return;
    path.pop();
  }

  takeFromBase(...parts) {
    for (const part of parts) this.url[part] = part === 'path' ? copy(this.base).path : this.base[part];
  }

  isSlash(c) {
    return c === '/' || (isSpecial(this.url) && c === '\\');
  }

  isEnd(c) {
    return c === undefined || c === '/' || c === '?' || c === '#' || (isSpecial(this.url) && c === '\\');
  }

  query() {
    this.url.query = '';
    this.state = 'query';
  }

  fragment() {
    this.url.fragment = '';
    this.state = 'fragment';
  }
}

const STATES = {
  'scheme start'(p, c) {
    if (c !== undefined && /[A-Za-z]/.test(c)) {
      p.buffer += c.toLowerCase();
      p.state = 'scheme';
    } else if (p.override === null) p.again('no scheme');
    else return FAILURE;
  },

  scheme(p, c) {
    if (c !== undefined && /[A-Za-z0-9+\-.]/.test(c)) {
      p.buffer += c.toLowerCase();
      return undefined;
    }
    if (c !== ':') {
      if (p.override !== null) return FAILURE;
      p.buffer = '';
      p.state = 'no scheme';
      p.at = -1;
      return undefined;
    }
    const { url, base } = p;
    const scheme = `${p.buffer}:`;
    if (p.override !== null) {
      if (isSpecial(url) !== Object.hasOwn(PORTS, scheme)) return DONE;
      if ((hasCredentials(url) || url.port !== null) && scheme === 'file:') return DONE;
      if (url.scheme === 'file:' && url.host === '') return DONE;
    }
    url.scheme = scheme;
    if (p.override !== null) {
      if (url.port === PORTS[scheme]) url.port = null;
      return DONE;
    }
    p.buffer = '';
    if (scheme === 'file:') p.state = 'file';
    else if (isSpecial(url)) p.state = base !== null && base.scheme === scheme ? 'special relative or authority' : 'special authority slashes';
    else if (p.input[p.at + 1] === '/') {
      p.state = 'path or authority';
      p.at++;
    } else {
      url.path = '';
      p.state = 'opaque path';
    }
  },

  'no scheme'(p, c) {
    const { base } = p;
    const isOpaque = base !== null && !Array.isArray(base.path);
    if (base === null || (isOpaque && c !== '#')) return FAILURE;
    if (isOpaque) {
      p.takeFromBase('scheme', 'path', 'query');
      p.fragment();
    } else p.again(base.scheme === 'file:' ? 'file' : 'relative');
  },

  'special relative or authority'(p, c) {
    if (c === '/' && p.input[p.at + 1] === '/') {
      p.state = 'special authority ignore slashes';
      p.at++;
    } else p.again('relative');
  },

  'path or authority'(p, c) {
    if (c === '/') p.state = 'authority';
    else p.again('path');
  },

  relative(p, c) {
    p.url.scheme = p.base.scheme;
    if (p.isSlash(c)) {
      p.state = 'relative slash';
      return;
    }
    p.takeFromBase('username', 'password', 'host', 'port', 'path', 'query');
    if (c === '?') p.query();
    else if (c === '#') p.fragment();
    else if (c !== undefined) {
      p.url.query = null;
      p.shorten();
      p.again('path');
    }
  },

  'relative slash'(p, c) {
    if (isSpecial(p.url) && (c === '/' || c === '\\')) p.state = 'special authority ignore slashes';
    else if (c === '/') p.state = 'authority';
    else {
      p.takeFromBase('username', 'password', 'host', 'port');
      p.again('path');
    }
  },

  'special authority slashes'(p, c) {
    p.state = 'special authority ignore slashes';
    if (c === '/' && p.input[p.at + 1] === '/') p.at++;
    else p.at--;
  },

  'special authority ignore slashes'(p, c) {
    if (c !== '/' && c !== '\\') p.again('authority');
  },

  authority(p, c) {
    if (c === '@') {
      if (p.atSeen) p.buffer = `%40${p.buffer}`;
      p.atSeen = true;
      for (const one of p.buffer) {
        if (one === ':' && !p.passwordSeen) p.passwordSeen = true;
        else if (p.passwordSeen) p.url.password += encode(one, USERINFO);
        else p.url.username += encode(one, USERINFO);
      }
      p.buffer = '';
    } else if (p.isEnd(c)) {
      if (p.atSeen && p.buffer === '') return FAILURE;
      p.at -= Array.from(p.buffer).length + 1;
      p.buffer = '';
      p.state = 'host';
    } else p.buffer += c;
  },

  host(p, c) {
    const { url } = p;
    if (p.override !== null && url.scheme === 'file:') p.again('file host');
    else if (c === ':' && !p.inBrackets) {
      if (p.buffer === '' || p.override === 'hostname') return FAILURE;
      const host = parseHost(p.buffer, isSpecial(url));
      if (host === null) return FAILURE;
      url.host = host;
      p.buffer = '';
      p.state = 'port';
    } else if (p.isEnd(c)) {
      p.at--;
      if (isSpecial(url) && p.buffer === '') return FAILURE;
      if (p.override !== null && p.buffer === '' && (hasCredentials(url) || url.port !== null)) return FAILURE;
      const host = parseHost(p.buffer, isSpecial(url));
      if (host === null) return FAILURE;
      url.host = host;
      p.buffer = '';
      p.state = 'path start';
      if (p.override !== null) return DONE;
    } else {
      if (c === '[') p.inBrackets = true;
      if (c === ']') p.inBrackets = false;
      p.buffer += c;
    }
  },

  port(p, c) {
    if (c !== undefined && /[0-9]/.test(c)) {
      p.buffer += c;
      return undefined;
    }
    if (!p.isEnd(c) && p.override === null) return FAILURE;
    if (p.buffer !== '') {
      const port = Number.parseInt(p.buffer, 10);
      if (port > 65535) return FAILURE;
      p.url.port = port === PORTS[p.url.scheme] ? null : port;
      p.buffer = '';
      if (p.override !== null) return DONE;
    }
    if (p.override !== null) return FAILURE;
    p.again('path start');
  },

  file(p, c) {
    const { url, base } = p;
    url.scheme = 'file:';
    url.host = '';
    if (c === '/' || c === '\\') p.state = 'file slash';
    else if (base !== null && base.scheme === 'file:') {
      p.takeFromBase('host', 'path', 'query');
      if (c === '?') p.query();
      else if (c === '#') p.fragment();
      else if (c !== undefined) {
        url.query = null;
        if (startsWithDrive(p.rest(p.at))) url.path = [];
        else p.shorten();
        p.again('path');
      }
    } else p.again('path');
  },

  'file slash'(p, c) {
    const { url, base } = p;
    if (c === '/' || c === '\\') {
      p.state = 'file host';
      return;
    }
    if (base !== null && base.scheme === 'file:') {
      url.host = base.host;
      if (!startsWithDrive(p.rest(p.at)) && base.path.length > 0 && isNormalDrive(base.path[0])) url.path.push(base.path[0]);
    }
    p.again('path');
  },

  'file host'(p, c) {
    const { url } = p;
    if (c !== undefined && c !== '/' && c !== '\\' && c !== '?' && c !== '#') {
      p.buffer += c;
      return undefined;
    }
    p.at--;
    if (p.override === null && isDrive(p.buffer)) p.state = 'path';
    else if (p.buffer === '') {
      url.host = '';
      if (p.override !== null) return DONE;
      p.state = 'path start';
    } else {
      const host = parseHost(p.buffer, isSpecial(url));
      if (host === null) return FAILURE;
      url.host = host === 'localhost' ? '' : host;
      if (p.override !== null) return DONE;
      p.buffer = '';
      p.state = 'path start';
    }
  },

  'path start'(p, c) {
    if (isSpecial(p.url)) {
      p.state = 'path';
      if (c !== '/' && c !== '\\') p.at--;
    } else if (p.override === null && c === '?') p.query();
    else if (p.override === null && c === '#') p.fragment();
    else if (c !== undefined) {
      p.state = 'path';
      if (c !== '/') p.at--;
    } else if (p.override !== null && p.url.host === null) p.url.path.push('');
  },

  path(p, c) {
    const { url } = p;
    const isEnd = c === undefined || p.isSlash(c) || (p.override === null && (c === '?' || c === '#'));
    if (!isEnd) {
      p.buffer += encode(c, PATH);
      return;
    }
    if (isDoubleDot(p.buffer)) {
      p.shorten();
      if (!p.isSlash(c)) url.path.push('');
    } else if (isSingleDot(p.buffer)) {
      if (!p.isSlash(c)) url.path.push('');
    } else {
      if (url.scheme === 'file:' && url.path.length === 0 && isDrive(p.buffer)) p.buffer = `${p.buffer[0]}:`;
      url.path.push(p.buffer);
    }
    p.buffer = '';
    if (c === '?') p.query();
    if (c === '#') p.fragment();
  },

  'opaque path'(p, c) {
    if (c === '?') p.query();
    else if (c === '#') p.fragment();
    else if (c !== undefined) p.url.path += encode(c, CONTROL);
  },

  query(p, c) {
    if (c === undefined) return;
    if (p.override === null && c === '#') p.fragment();
    else p.url.query += encode(c, isSpecial(p.url) ? SPECIAL_QUERY : QUERY);
  },

  fragment(p, c) {
    if (c !== undefined) p.url.fragment += encode(c, FRAGMENT);
  },
};

STATES.hostname = STATES.host;

export const pathOf = ({ path }) => (Array.isArray(path) ? path.map((segment) => `/${segment}`).join('') : path);

export function hostOf({ host, port }) {
  if (host === null) return '';
  return port === null ? host : `${host}:${port}`;
}

/** The whole URL as text. */
export function showUrl(url) {
  let text = url.scheme;
  if (url.host !== null) {
    text += '//';
    if (hasCredentials(url)) text += `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
    text += hostOf(url);
  } else if (Array.isArray(url.path) && url.path.length > 1 && url.path[0] === '') text += '/.';
  text += pathOf(url);
  if (url.query !== null) text += `?${url.query}`;
  if (url.fragment !== null) text += `#${url.fragment}`;
  return text;
}
