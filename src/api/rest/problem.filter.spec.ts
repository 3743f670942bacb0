import type { ArgumentsHost } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ApiError, invalidArgument } from '../errors/api-error.ts';
import { ProblemFilter } from './problem.filter.ts';

/** A request whose handler throws; `answer` has the response. */
function caught(thrown: unknown, headersSent = false) {
  const answer: {
    status?: number;
    type?: string;
    body?: unknown;
    headers: Record<string, string>;
    destroyed: boolean;
  } = { headers: {}, destroyed: false };
  const response = {
    headersSent,
    header: (name: string, value: string) => ((answer.headers[name] = value), response),
    status: (status: number) => ((answer.status = status), response),
    type: (type: string) => ((answer.type = type), response),
    write: (body: Buffer) => ((answer.body = JSON.parse(body.toString())), response),
    end: () => response,
    destroy: () => (answer.destroyed = true),
  };
  const http = {
    getRequest: () => ({ method: 'GET', originalUrl: '/x?y', complete: true }),
    getResponse: () => response,
  };
  new ProblemFilter().catch(thrown, { switchToHttp: () => http } as unknown as ArgumentsHost);
  return answer;
}

describe('an error over REST', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is a problem with the invalid fields', () => {
    const answer = caught(invalidArgument([{ path: ['spec', 'confidence'], message: 'must be from 0 to 1' }]));

    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json; charset=utf-8' });
    expect(answer.body).toEqual({
      type: 'urn:kubernaut:workflowexecution:problem:invalid-argument',
      title: 'Invalid request',
      status: 400,
      detail: 'spec.confidence: must be from 0 to 1',
      instance: '/x?y',
      errors: [{ field: 'spec.confidence', message: 'must be from 0 to 1' }],
    });
  });

  it('has Retry-After in whole seconds', () => {
    expect(caught(new ApiError('Unavailable', 'not now', { retryAfterMs: 1_200 })).headers).toMatchObject({
      'Retry-After': '2',
    });
  });

  it('that is unexpected is logged once and not shown to the caller', () => {
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const bug = new Error('password=hunter2');

    const answer = caught(bug);

    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    expect(answer.status).toBe(500);
    expect(log).toHaveBeenCalledTimes(1);
    expect(log.mock.calls[0]?.[0]).toMatchObject({ err: bug, method: 'GET', url: '/x?y' });
  });

  it('after the start of the response closes the connection', () => {
    expect(caught(new ApiError('Cancelled', 'gone'), true)).toEqual({ headers: {}, destroyed: true });
  });
});
