import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { parseJson } from './json.ts';
import { serverUrl, type ClusterRecord } from './record.ts';

/** A response of the API server. */
export interface ApiAnswer {
  readonly status: number;
  /** The body as JSON, undefined when it is something else. */
  readonly body: unknown;
  readonly text: string;
}

/** A minimal Kubernetes client to start a cluster without running kubectl for each request. */
export interface ApiClient {
  /** @throws Error without a response within 10 s */
  call(method: string, path: string, body?: string, contentType?: string): Promise<ApiAnswer>;
  close(): void;
}

const timeoutMilliseconds = 10_000;

/** A client with the administrator's rights. */
export function apiClient(record: ClusterRecord): ApiClient {
  const ca = readFileSync(join(record.directory, 'pki', 'ca.crt'));
  const agent = new Agent({ keepAlive: true, ca });
  const call = (method: string, path: string, body?: string, contentType = 'application/json') =>
    new Promise<ApiAnswer>((resolve, reject) => {
      // Node.js sets no content headers for a DELETE body.
      const content = body && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
      const headers = { authorization: `Bearer ${record.token}`, ...content };
      const options = { method, agent, headers, timeout: timeoutMilliseconds };
      const outgoing = request(`${serverUrl(record)}${path}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parseJson(text), text }));
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { call, close: () => agent.destroy() };
}
