// URLs of a component are those of Node, which knows the standard.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { URL as Ours, URLSearchParams as OurParams } from '../src/web/url.js';

const PARTS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

/** What a class makes of a text; null if it is no URL. */
function parts(Class, input, base) {
  try {
    const url = new Class(input, base);
    return [...PARTS.map((part) => url[part]), [...url.searchParams]];
  } catch (error) {
    assert.equal(error.message, 'Invalid URL');
    assert.equal(error.code, 'ERR_INVALID_URL');
    return null;
  }
}

const BASES = [undefined, 'http://h.org/a/b?c#d', 'file:///C:/x/y', 'foo://h/p/q', 'https://u:p@h:8/x/'];

const INPUTS = [
  'http://example.org', 'HTTPS://EXAMPLE.org:443/a b?c d#e f', 'http://example.org:80', 'http://example.org:8080/',
  '/a/./b/../c', '../../../x', '?q', '#f', '', '//other/x', 'x:y', 'mailto:a@b', 'data:text/plain,a b',
  'http://user:p%40ss@h/', 'http://a@b@c/', 'http://h:65536', 'http://h:', 'http://', 'http:/h', 'http:\\\\h\\p',
  'http://1.2.3.4', 'http://0x7f.1', 'http://256', 'http://1.2.3.4.5', 'http://256.256.256.256', 'http://017700000001',
  'http://[::1]:80/', 'http://[1:2::3.4.5.6]', 'http://[::ffff:1.2.3.4]', 'http://[1::2::3]', 'http://[zz]', 'http://[0:0:1:0:0:0:1:0]',
  'http://é.org/é?é#é', 'http://日本.jp', 'http://faß.de', 'http://ＧＯ.com', 'http://a．b', 'http://xn--', 'http://xn--zca', 'http://Σ.gr',
  'http://a b', 'http://a<b', 'http://a%41b', 'http://a%00b', 'http://h/%zz%41', 'http://h/\ud800', ' http://h \n', 'h\tttp://h/\n',
  'file:///C|/a', 'file:c:\\x', 'file://h/x', 'file:', 'http://h/a%2e%2E/b/%2e', 'http://h?a=1&a=2&b=+%20&c', "http://h/?'\"<>`{}", 'a:/..//b',
];

test('URLs are parsed as the standard says', () => {
  for (const base of BASES) {
    for (const input of INPUTS) {
      assert.deepEqual(parts(Ours, input, base), parts(URL, input, base), `${JSON.stringify(input)} on ${base}`);
      assert.equal(Ours.canParse(input, base), URL.canParse(input, base));
    }
  }
});

test('URLs of all kinds of parts are parsed as the standard says', () => {
  const pieces = ['http:', 'file:', 'ws:', 'x+y:', '//', '/', '\\', '?', '#', '@', ':', '.', '..', '%2e', '%', '%41', 'a', 'B', 'é', 'ß', '日本',
    'ex.com', '1.2.3.4', '0x7f.1', '256', '[::1]', '[', ']', '80', '443', 'C:', 'C|', '|', ' ', '\n', '"', '<', '`', '{', "'", '+', '=', '&', '😀', '_', '~', ';'];
  let seed = 1;
  const below = (most) => {
    seed = (seed * 48271) % 2147483647;
    return seed % most;
  };
  for (let n = 0; n < 5_000; n++) {
    const made = Array.from({ length: below(8) }, () => pieces[below(pieces.length)]).join('');
    const input = below(2) === 0 ? made : `http://${made}`;
    const base = BASES[below(BASES.length)];
    assert.deepEqual(parts(Ours, input, base), parts(URL, input, base), `${JSON.stringify(input)} on ${base}`);
  }
});

test('parts of a URL are set as the standard says', () => {
  const values = ['', 'x', 'a b', 'é', 'h:99', ':1', '[::1]', 'a/b', '?q', '#f', '%zz', 'https', 'file', '8080', '443', '99999', 'x?y#z', "'"];
  for (const base of BASES.slice(1)) {
    for (const part of ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']) {
      for (const value of values) {
        // Node removes the port when it is set to what is none, and a host before a port.
        if (part === 'port' && !/^\d*$/.test(value)) continue;
        if (part === 'host' && value === ':1') continue;
        const set = (Class) => {
          const url = new Class(base);
          void url.searchParams;
          try {
            url[part] = value;
          } catch (error) {
            return error.message;
          }
          return [url.href, [...url.searchParams]];
        };
        assert.deepEqual(set(Ours), set(URL), `${part} = ${JSON.stringify(value)} of ${base}`);
      }
    }
  }
});

test('parameters are read, changed and shown as the standard says', () => {
  const work = (Params, Class) => {
    const params = new Params('?a=1&b=2&a=3+%20&c&=d&%zz=é');
    const found = [params.get('a'), params.get('x'), params.getAll('a'), params.has('a', '1'), params.has('b', '1'), params.size];
    params.append('e', "!'()~*");
    params.set('a', 'x');
    params.delete('b');
    params.sort();
    const url = new Class('http://h/?x=1#y');
    url.searchParams.append('z', 'ä&');
    const { href } = url;
    url.searchParams.delete('x');
    url.searchParams.delete('z');
    return [found, String(params), [...params.keys()], [...params.values()], href, url.href,
      String(new Params({ a: 1, b: null })), String(new Params([['a', 'b']])), String(new Params(new Map([['k', 'v']])))];
  };
  assert.deepEqual(work(OurParams, Ours), work(URLSearchParams, URL));
  assert.throws(() => new OurParams([['a']]), TypeError);
});
