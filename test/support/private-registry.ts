import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A plain-HTTP registry with a password, in front of one without. */
export interface PrivateRegistry {
  /** host:port */
  readonly address: string;
  /** Content of its pull Secret (kubernetes.io/dockerconfigjson). */
  readonly dockerConfigJson: string;
  close(): Promise<void>;
}

const [username, password] = ['puller', 'open sesame'];
const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/**
 * Starts a private registry with the content of another one.
 *
 * @param registry host:port
 */
export async function startPrivateRegistry(registry: string): Promise<PrivateRegistry> {
  const server = createServer((incoming, response) => {
    if (incoming.headers.authorization === authorization) forward(registry, incoming, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- it listens on a port
  const address = `127.0.0.1:${port}`;
  return {
    address,
    dockerConfigJson: JSON.stringify({ auths: { [address]: { username, password } } }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(registry: string, { method, url, headers }: IncomingMessage, response: ServerResponse): void {
  const outgoing = request(`http://${registry}${url ?? '/'}`, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  outgoing.end();
}
