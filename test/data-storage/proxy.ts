import { createServer } from 'node:http';
import { request } from 'undici';

/** A complete request to data storage. */
export interface ProxyRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: string;
}

/** A complete JSON response. */
export interface ProxyResponse {
  readonly status: number;
  readonly body: string;
}

/** Answers a request; `forward` sends it to data storage, each time that it is called. */
export type ProxyHandler = (request: ProxyRequest, forward: () => Promise<ProxyResponse>) => Promise<ProxyResponse>;

/** Starts a proxy in front of data storage, for responses that the fake does not give by itself. */
export async function startProxy(
  target: string,
  handle: ProxyHandler,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    const answered = (async () => {
      let body = '';
      for await (const part of incoming.setEncoding('utf8')) body += String(part);
      const received = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body };
      return handle(received, () => forward(target, received));
    })();
    answered.then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(target: string, { method, path, body }: ProxyRequest): Promise<ProxyResponse> {
  const answer = await request(`${target}${path}`, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    body: body === '' ? undefined : body,
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}
