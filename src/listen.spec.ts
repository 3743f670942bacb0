import { describe, expect, it } from '@jest/globals';
import { settings } from './config/settings.ts';
import { listen, ListenError, textOf } from './listen.ts';

describe('a server that begins to listen', () => {
  it('says which setting is wrong when it can not', async () => {
    const begin = () => Promise.reject(new Error('address already in use'));
    const attempt = listen(settings.http, { host: '::1', port: 8080 }, begin);
    await expect(attempt).rejects.toThrow(ListenError);
    await expect(attempt).rejects.toThrow('WFE_HTTP_ADDRESS [::1]:8080 can not be used: address already in use');
  });

  it('is left alone when it can', async () => {
    await expect(
      listen(settings.grpc, { host: '127.0.0.1', port: 1 }, () => Promise.resolve()),
    ).resolves.toBeUndefined();
  });

  it.each([
    [{ host: '127.0.0.1', port: 8080 }, '127.0.0.1:8080'],
    [{ host: '::1', port: 8080 }, '[::1]:8080'],
  ])('has an address %j that people can read', (address, text) => {
    expect(textOf(address)).toBe(text);
  });
});
