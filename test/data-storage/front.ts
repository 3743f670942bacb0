import { createServer } from 'node:http';
import { request } from 'undici';

/** A request to data storage, whole. */
export interface FrontRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body: string;
}

/** An answer, whole; JSON. */
export interface FrontAnswer {
  readonly status: number;
  readonly body: string;
}

/** Decides how a request is answered; `forward` asks data storage itself, as often as it is called. */
export type Meddling = (request: FrontRequest, forward: () => Promise<FrontAnswer>) => Promise<FrontAnswer>;

/** A server in front of data storage that answers as it is told: for what a service of that kind does not do. */
export async function putInFront(target: string, meddle: Meddling): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    const answered = (async () => {
      let body = '';
      for await (const part of incoming.setEncoding('utf8')) body += String(part);
      const asked = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body };
      return meddle(asked, () => forward(target, asked));
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

async function forward(target: string, { method, path, body }: FrontRequest): Promise<FrontAnswer> {
  const answer = await request(`${target}${path}`, {
    method: method === 'POST' ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    body: body === '' ? undefined : body,
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}
