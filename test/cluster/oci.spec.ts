import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ClusterError } from './errors.ts';
import { digestOf, pushImage, type Layer } from './oci.ts';

const blob = Buffer.from('a layer');
const digest = digestOf(blob);
const layer: Layer = { blob, digest, diffId: digest, mediaType: 'application/vnd.oci.image.layer.v1.tar' };

/** A registry that accepts everything, or closes the connection at the first request with this method. */
async function aRegistry(closesAt?: string) {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer(({ method, url }, response) => {
    requests.push(`${method} ${url}`);
    if (method === closesAt) response.destroy();
    else response.writeHead(method === 'POST' ? 202 : 201, { location: '/v2/a/blobs/uploads/1?x=y' }).end();
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    address: `127.0.0.1:${port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('pushing an image', () => {
  it('sends the blobs and then the manifest over one connection, which it closes', async () => {
    await using registry = await aRegistry();

    const { ref } = await pushImage(registry.address, 'a:1', [layer]);

    expect(ref).toBe(`${registry.address}/a:1`);
    expect(registry.requests).toEqual([
      'POST /v2/a/blobs/uploads/',
      expect.stringMatching(/^PUT \/v2\/a\/blobs\/uploads\/1\?x=y&digest=sha256/),
      'POST /v2/a/blobs/uploads/',
      `PUT /v2/a/blobs/uploads/1?x=y&digest=${encodeURIComponent(digest)}`,
      'PUT /v2/a/manifests/1',
    ]);
    expect(registry.connections()).toBe(1);
  });

  it('fails with the request that the registry did not answer', async () => {
    await using registry = await aRegistry('PUT');

    const pushing = pushImage(registry.address, 'a:1', [layer]);

    await expect(pushing).rejects.toThrow(ClusterError);
    await expect(pushing).rejects.toThrow(
      /^PUT http:\S+\/v2\/a\/blobs\/uploads\/1\?\S+ to the registry failed: socket/,
    );
  });
});
