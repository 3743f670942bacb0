import type { ArgumentsHost } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { ApiError } from '../errors/api-error.ts';
import { GrpcStatusFilter } from './grpc-status.filter.ts';

const call = { getPath: () => '/a.Service/Method' };
const host = { getArgs: () => [{}, {}, call] } as unknown as ArgumentsHost;

/** The error that the caller gets. */
function caught(thrown: unknown): Promise<unknown> {
  return lastValueFrom(new GrpcStatusFilter().catch(thrown, host)).catch((error: unknown) => error);
}

describe('an error of a gRPC handler', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is mapped by the error table and not logged', async () => {
    const log = jest.spyOn(Logger.prototype, 'error');

    expect(await caught(new ApiError('NotFound', 'it does not exist'))).toMatchObject({
      code: 5,
      details: 'it does not exist',
    });
    expect(log).not.toHaveBeenCalled();
  });

  it('is logged and not revealed if it is unexpected', async () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const bug = new Error('password=hunter2');

    const answer = await caught(bug);

    expect(answer).toMatchObject({ code: 13 });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]?.[0]).toMatchObject({ err: bug, method: '/a.Service/Method' });
  });
});
