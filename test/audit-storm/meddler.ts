import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'undici';

/** How delivery is broken on purpose: some batches are said to be recorded and are not, or are sent twice. */
export type Breakage = 'loses' | 'doubles';

/** Every so many batches are meddled with. */
const every = 5;

/** A server in front of data storage that breaks the delivery to it. */
export async function meddleWith(target: string, how: Breakage): Promise<{ url: string; close(): Promise<void> }> {
  let batches = 0;
  const server = createServer((incoming, response) => {
    const isMeddled = incoming.method === 'POST' && (batches += 1) % every === 0;
    pass(target, isMeddled ? how : undefined, incoming, response).catch(() => response.destroy());
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

async function pass(
  target: string,
  how: Breakage | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = '';
  for await (const part of incoming.setEncoding('utf8')) body += String(part);
  if (how === 'loses') {
    const events: unknown = JSON.parse(body);
    const lie = Array.isArray(events) ? { event_ids: events.map(() => 'lost') } : { event_id: 'lost' };
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(lie));
    return;
  }
  const forward = () =>
    request(`${target}${incoming.url ?? ''}`, {
      method: incoming.method === 'POST' ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json' },
      body: body === '' ? undefined : body,
    });
  if (how === 'doubles') await (await forward()).body.dump();
  const answer = await forward();
  response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
  response.end(await answer.body.text());
}
