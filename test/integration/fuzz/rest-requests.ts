import { connect } from 'node:net';
import fc from 'fast-check';
import { anyText, anyValue, brokenResource } from './values.ts';

/** A request over HTTP, to be sent as it is. */
export interface RestRequest {
  readonly method: string;
  /** As it stands in the request line. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const json = { 'content-type': 'application/json' };
const parameters = [
  ...[
    'limit',
    'continue',
    'phase',
    'workflowId',
    'targetResource',
    'remediationRequest',
    'labelSelector',
    'createdAfter',
  ],
  ...[
    'createdBefore',
    'minResourceVersion',
    'requestId',
    'validateOnly',
    'uid',
    'resourceVersion',
    'since',
    'timestamps',
    'x',
    '__proto__',
    'a[b]',
  ],
];

const query = fc
  .array(fc.tuple(fc.constantFrom(...parameters), fc.oneof(anyText, fc.integer().map(String))), { maxLength: 3 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([k, v]) => `${encoded(k)}=${encoded(v)}`).join('&')}`));

const path = (namespace: string) =>
  fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: fc.constant(namespace) }, { weight: 1, arbitrary: anyText.map(encoded) }),
      fc.oneof(
        fc.constant(''),
        fc.constantFrom('/we-1', '/none', '/we-1/cancel', '/we-1/log', '/none/log', '/we-1/', '//', '/%2e%2e'),
        anyText.map((t) => `/${encoded(t)}`),
      ),
      query,
    )
    .map(([in_, rest, search]) => `/api/v1/namespaces/${in_}/workflowexecutions${rest}${search}`);

const bodies = fc.oneof(
  brokenResource.map((resource) => Buffer.from(JSON.stringify(resource) ?? 'null')),
  anyValue.map((value) => Buffer.from(JSON.stringify(value) ?? 'null')),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  brokenResource.map((resource) => Buffer.from(JSON.stringify(resource) ?? '').subarray(0, 60)),
);

const contentTypes = fc.constantFrom(
  ...['application/json', 'application/json; charset=utf-8', 'application/json; charset=utf-16', 'text/plain', 'x', ''],
  ...['application/merge-patch+json', 'multipart/form-data; boundary=x', 'application/json; charset="'],
);

/** Any request to the API's addresses, most of them nearly right. */
export const anyRestRequest = (namespace: string): fc.Arbitrary<RestRequest> => {
  const collection = `/api/v1/namespaces/${namespace}/workflowexecutions`;
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(query, bodies)
        .map(([search, body]) => ({ method: 'POST', path: `${collection}${search}`, headers: json, body })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom('GET', 'DELETE', 'HEAD', 'OPTIONS'), path(namespace))
        .map(([method, target]) => ({ method, path: target, headers: {} })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('POST', 'PUT', 'PATCH', 'TRACE', 'PURGE'), path(namespace), contentTypes, bodies)
        .map(([method, target, type, body]) => ({ method, path: target, headers: { 'content-type': type }, body })),
    },
  );
};

/** An answer, as far as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Sends a request byte by byte as it is, and reads the answer to its end. */
export function send(port: number, token: string, request: RestRequest): Promise<RawAnswer> {
  const { method, path: target, headers, body = Buffer.alloc(0) } = request;
  const lines = Object.entries({ ...headers, authorization: `Bearer ${token}`, 'content-length': String(body.length) });
  const head = [
    `${method} ${target} HTTP/1.1`,
    'host: localhost',
    'connection: close',
    ...lines.map((l) => l.join(': ')),
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.once('error', reject);
    socket.once('close', () => resolve(parsed(Buffer.concat(parts).toString('utf8'))));
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(body);
  });
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  const chunked = /^transfer-encoding: chunked$/im.test(head);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    headers: head.toLowerCase(),
    body: chunked ? body.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n/gi, '') : body,
  };
}

/** As a browser would have it; half surrogates can not be written, and become what browsers make of them. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 6_000);
}
