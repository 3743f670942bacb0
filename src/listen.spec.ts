import { describe, expect, it } from '@jest/globals';
import { settings } from './config/settings.ts';
import { listen, ListenError, formatAddress } from './listen.ts';

describe('starting a server', () => {
  it('names the setting if the address cannot be used', async () => {
    const start = () => Promise.reject(new Error('address already in use'));
    const attempt = listen(settings.http, { host: '::1', port: 8080 }, start);
    await expect(attempt).rejects.toThrow(ListenError);
    await expect(attempt).rejects.toThrow('WFE_HTTP_ADDRESS [::1]:8080 cannot be used: address already in use');
  });

  it('resolves when the server listens', async () => {
    await expect(
      listen(settings.grpc, { host: '127.0.0.1', port: 1 }, () => Promise.resolve()),
    ).resolves.toBeUndefined();
  });

  it.each([
    [{ host: '127.0.0.1', port: 8080 }, '127.0.0.1:8080'],
    [{ host: '::1', port: 8080 }, '[::1]:8080'],
  ])('formats %j as %s', (address, text) => {
    expect(formatAddress(address)).toBe(text);
  });
});
