import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePorts } from './ports.ts';

describe('free ports', () => {
  it('are distinct, and each can be listened on', async () => {
    const ports = await freePorts(['a', 'b', 'c']);

    expect(new Set(Object.values(ports)).size).toBe(3);
    for (const port of Object.values(ports)) await expect(canListen(port)).resolves.toBe(true);
  });

  it('are outside of the ephemeral range', async () => {
    const { only } = await freePorts(['only']);

    expect(only).toBeGreaterThanOrEqual(20_000);
    expect(only).toBeLessThan(32_768);
  });

  it('are not given twice: what the first was given for may not listen yet', async () => {
    const ports: number[] = [];
    for (let call = 0; call < 500; call += 1) ports.push(...Object.values(await freePorts(['a', 'b', 'c'])));
    expect(new Set(ports).size).toBe(ports.length);
  });
});

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
