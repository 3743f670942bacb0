import { afterEach, expect, it, jest } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import { Logger } from '@nestjs/common';
import { silenceLibraries } from './logging.ts';

afterEach(() => void jest.restoreAllMocks());

it('a header that grpc-js cannot parse is not logged', () => {
  const written = [
    ...(['log', 'warn', 'error', 'debug'] as const).map((level) => jest.spyOn(Logger.prototype, level)),
    ...(['log', 'warn', 'error', 'debug'] as const).map((level) => jest.spyOn(console, level)),
  ];
  written.forEach((spy) => spy.mockReturnValue(undefined));
  silenceLibraries();

  const metadata = Metadata.fromHttp2Headers({ authorization: 'Bearer token\u00a0', te: 'trailers' });

  expect(metadata.getMap()).toEqual({ te: 'trailers' });
  for (const spy of written) expect(spy).not.toHaveBeenCalled();
});
