import fc from 'fast-check';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { arrayOf, recordOf } from '../../../src/kubernetes/json.ts';
import type { RawRequest } from '../support/raw-request.ts';
import { anyText, anyValue, brokenResource } from './values.ts';

const json = { 'content-type': 'application/json' };
/** All query parameters of the API but `follow`, without which a log ends: nothing runs here. */
const known = Object.values<Record<string, object>>(document.paths)
  .flatMap((operations) => Object.values(operations))
  .flatMap((operation) => arrayOf(recordOf(operation)['parameters']).map(recordOf))
  .flatMap(({ in: place, name }) => (place === 'query' && name !== 'follow' ? String(name) : []));
const parameters = [...new Set([...known, 'x', '__proto__', 'a[b]'])];

const query = fc
  .array(fc.tuple(fc.constantFrom(...parameters), fc.oneof(anyText, fc.integer().map(String))), { maxLength: 3 })
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([k, v]) => `${encoded(k)}=${encoded(v)}`).join('&')}`));

/** The paths of the API but that of watches, which do not end. */
const templates = Object.keys(document.paths).filter((template) => !template.includes('/watch/'));

const path = (namespace: string) =>
  fc
    .tuple(
      fc.constantFrom(...templates),
      fc.oneof({ weight: 3, arbitrary: fc.constant(namespace) }, { weight: 1, arbitrary: anyText.map(encoded) }),
      fc.oneof(fc.constantFrom('we-1', 'none', '', '/', '%2e%2e'), anyText.map(encoded)),
      query,
    )
    .map(
      ([template, in_, name, search]) =>
        `${template
          .replace('{namespace}', () => in_)
          .replace('{kind}', 'deploy')
          .replace('{name}', () => name)}${search}`,
    );

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

/** Any request to the routes of the API, most of them almost valid. */
export const anyRestRequest = (namespace: string): fc.Arbitrary<RawRequest> => {
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

/** Percent-encoded as by a browser, which replaces lone surrogates. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 6_000);
}
