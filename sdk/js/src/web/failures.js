// What a request came to that got no response, in words and as errors.

/** By the names of wasi:http: a code as Node has them, if it has one, and words. */
const NETWORK = {
  'DNS-timeout': ['EAI_AGAIN', 'nobody answered what the address of the server is'],
  'DNS-error': ['ENOTFOUND', 'the name of the server has no address'],
  'destination-not-found': ['ENOTFOUND', 'the name of the server has no address'],
  'destination-unavailable': ['EHOSTUNREACH', 'the server cannot be reached'],
  'destination-IP-unroutable': ['ENETUNREACH', 'the server cannot be reached'],
  'connection-refused': ['ECONNREFUSED', 'the connection was refused: nobody listens there'],
  'connection-terminated': ['ECONNRESET', 'the connection broke off'],
  'connection-timeout': ['ETIMEDOUT', 'no connection came about in time (half of limits.host-time)'],
  'connection-read-timeout': ['ETIMEDOUT', 'the server was silent for too long (half of limits.host-time)'],
  'connection-write-timeout': ['ETIMEDOUT', 'the server took nothing for too long (half of limits.host-time)'],
  'HTTP-response-timeout': ['ETIMEDOUT', 'the server was silent for too long (half of limits.host-time)'],
  'connection-limit-reached': [null, 'all connections that the component may have are open (limits.http-connections)'],
  'TLS-protocol-error': [null, 'the server does not speak TLS as it should'],
  'TLS-certificate-error': ['CERT_INVALID', 'the certificate of the server is not valid'],
  'TLS-alert-received': [null, 'the server broke off TLS'],
  'HTTP-request-body-size': [null, 'the body of the request is too long (limits.http-request-bytes)'],
  'HTTP-response-body-size': [null, 'the body of the response is too long (limits.http-response-bytes)'],
  'HTTP-response-incomplete': ['ECONNRESET', 'the response broke off'],
  'HTTP-response-header-section-size': [null, 'the headers of the response are too long (32 KiB is the most)'],
  'HTTP-protocol-error': [null, 'the server does not speak HTTP/1.1 as it should'],
};

const grantFor = (origin, more = '') => `grants: { http: { hosts: ["${origin}"]${more} } }`;

/** Requests that the host does not make. What is refused once is refused again, so the
 * message is not that of a network's fault, which packages try again. */
const REFUSED = {
  'HTTP-request-denied': ({ origin }) =>
    `the component is not granted it. If it may call this server, write in the topology file, at the component: ${grantFor(origin)}`,
  'destination-IP-prohibited': ({ origin }) =>
    `its address, which the log of the task names, is not one of a public server, and the grant names no network that it is in. If the component may call it, write in the topology file, at the component: ${grantFor(origin, ', networks: [ADDRESS/32]')}`,
};

/** A failure in words of wasi:http (`{ code, detail }`) as the TypeError of fetch. `during`:
 * what was going on, as in `GET http://example.org`. */
export function failureError({ code, detail }, url, during) {
  const refused = REFUSED[code];
  if (refused !== undefined) return new TypeError(`fetch: ${during} was refused: ${refused(url)}`);
  if (code === 'ended') {
    return new TypeError(
      `fetch: the body of the response to ${during} was not read before the call ended that made the request, and is gone: read it in the same call`,
    );
  }
  const [name, words] = NETWORK[code] ?? [null, textOfDetail(detail)];
  const cause = new Error(`${during}: ${words ?? code}`);
  cause.code = name ?? code;
  // As Node says it, and as packages know it.
  return new TypeError('fetch failed', { cause });
}

/** An error, as if it was thrown where `stack` was taken. Where it was made nothing of the
 * author's is: the answer of a server comes when his code has returned. */
export function thrownAt(stack, error) {
  const frames = String(stack).split('\n').filter((line) => /^\s*at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

const textOfDetail = (detail) => (typeof detail === 'string' && detail !== '' ? detail : null);
