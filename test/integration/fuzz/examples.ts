import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayOf, parseJson, recordOf } from '../../../src/kubernetes/json.ts';
import type { RawRequest } from '../support/raw-request.ts';
import type { GrpcRequest } from './grpc-requests.ts';

/** Requests that every run sends first. Random requests that fail are added, and stay. */
const file = join(import.meta.dirname, 'examples.json');

/** Placeholder for the namespace of a run, of the same length, so that messages with it stay well-formed. */
const placeholder = 'test-fuzz-00000000';

/** A request to one of the transports. */
export type FuzzRequest =
  | { readonly transport: 'REST'; readonly request: RawRequest }
  | { readonly transport: 'gRPC'; readonly request: GrpcRequest };

/** The kept requests, for the namespace of this run. */
export function keptExamples(namespace: string): FuzzRequest[] {
  return arrayOf(parseJson(readFileSync(file, 'utf8'))).map((example) => decode(recordOf(example), namespace));
}

/** Adds a request to the kept ones; returns its entry in the file. */
export function keepExample(request: FuzzRequest, namespace: string): string {
  const examples = arrayOf(parseJson(readFileSync(file, 'utf8')));
  const example = encode(request, namespace);
  writeFileSync(file, `${JSON.stringify([...examples, example], undefined, 2)}\n`);
  return JSON.stringify(example);
}

function encode({ transport, request }: FuzzRequest, namespace: string): object {
  const base64 = (bytes: Buffer) => swap(bytes, namespace, placeholder).toString('base64');
  if (transport === 'gRPC') return { transport, method: request.method, bytes: base64(request.bytes) };
  const { method, path, headers, body } = request;
  return {
    ...{ transport, method, path: path.replaceAll(namespace, placeholder), headers },
    ...(body === undefined ? {} : { body: base64(body) }),
  };
}

function decode(example: Readonly<Record<string, unknown>>, namespace: string): FuzzRequest {
  const method = String(example['method']);
  const bytes = (text: unknown) => swap(Buffer.from(String(text), 'base64'), placeholder, namespace);
  if (example['transport'] === 'gRPC') {
    return { transport: 'gRPC', request: { method, bytes: bytes(example['bytes']) } };
  }
  const path = String(example['path']).replaceAll(placeholder, namespace);
  const headers = Object.entries(recordOf(example['headers'])).map(([name, value]) => [name, String(value)] as const);
  const body = example['body'] === undefined ? {} : { body: bytes(example['body']) };
  return { transport: 'REST', request: { method, path, headers: Object.fromEntries(headers), ...body } };
}

function swap(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}
