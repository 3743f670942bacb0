import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { describe, expect, it, jest } from '@jest/globals';
import express from 'express';
import { EMPTY } from 'rxjs';
import { maxRequestBytes, requestBudget } from '../../config/limits.ts';
import { setCallContext } from '../call/call.ts';
import { RequestBudgets } from '../call/request-budget.ts';
import { ApiError } from '../errors/api-error.ts';
import { JsonBodyInterceptor } from './json-body.interceptor.ts';

const tooLarge = `the body is larger than ${maxRequestBytes} bytes`;

/** Sends a request to the interceptor; returns `passed` or the error's message. */
async function outcomeOf(
  method: string,
  body?: RequestInit['body'],
  more: Record<string, string> = {},
): Promise<string> {
  await using server = await startServer();
  const headers = { 'content-type': 'application/json', ...more };
  return (await fetch(`http://127.0.0.1:${server.port}/`, { method, body, headers })).text();
}

/** Sends the beginning of a POST request, which never ends; returns the response. */
async function answerTo(beginning: string, budgets?: RequestBudgets): Promise<string> {
  await using server = await startServer(budgets);
  const socket = connect(server.port, '127.0.0.1').setEncoding('utf8');
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${beginning}`);
  try {
    const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(4_000) })) as [string];
    return answer;
  } finally {
    socket.destroy();
  }
}

/** The counter and raw-body, which collects what it has read as long as it listens. */
function readersOf(request: IncomingMessage): number {
  return request.listenerCount('data') + request.listenerCount('aborted');
}

async function startServer(budgets = new RequestBudgets()): Promise<AsyncDisposable & { port: number }> {
  const interceptor = new JsonBodyInterceptor(budgets);
  const listener: RequestListener = (request, response) => {
    const http = { getRequest: () => request, getResponse: () => response };
    const context = { getType: () => 'http', switchToHttp: () => http } as unknown as ExecutionContext;
    setCallContext(context, { recheck: () => Promise.resolve() });
    const next = { handle: () => undefined } as unknown as CallHandler;
    interceptor.intercept(context, next).then(
      () => response.end('passed'),
      (error: unknown) => response.end(`${String(error)} (${readersOf(request)} readers)`),
    );
  };
  const server = createServer(express().use(listener)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe('a JSON body', () => {
  it('is refused for a method without body', async () => {
    await expect(outcomeOf('DELETE', '{}')).resolves.toContain('DELETE takes no body, only query parameters');
  });

  it.each(['GET', 'DELETE', 'POST'])('may be absent from %s', async (method) => {
    await expect(outcomeOf(method)).resolves.toBe('passed');
  });

  it.each([
    ['that is announced as too large', `content-length: ${maxRequestBytes + 1}\r\n\r\n`],
    [
      'that has become too large',
      `transfer-encoding: chunked\r\n\r\n${(2 * maxRequestBytes).toString(16)}\r\n${'x'.repeat(maxRequestBytes + 1)}`,
    ],
  ])('%s is refused before it ends', async (_, beginning) => {
    await expect(answerTo(beginning)).resolves.toContain(tooLarge);
  });

  it('that is too large once it is decompressed is refused', async () => {
    const body = gzipSync(JSON.stringify('x'.repeat(maxRequestBytes)));
    await expect(outcomeOf('POST', body, { 'content-encoding': 'gzip' })).resolves.toContain(tooLarge);
  });

  it('takes no memory if the client left while it was authenticated', async () => {
    const budgets = new RequestBudgets();
    const request = { method: 'POST', headers: { 'content-length': '1000' }, is: () => 'application/json' };
    const response = Object.assign(new EventEmitter(), { closed: true });
    const http = { getRequest: () => request, getResponse: () => response };
    const context = { getType: () => 'http', switchToHttp: () => http } as unknown as ExecutionContext;
    setCallContext(context, { recheck: () => Promise.resolve() });

    const reading = new JsonBodyInterceptor(budgets).intercept(context, { handle: () => EMPTY });

    await expect(reading).rejects.toMatchObject({ code: 'Cancelled' });
    const giveWay = jest.fn();
    budgets.authenticated.admit('', requestBudget.perOwner, giveWay);
    expect(giveWay).not.toHaveBeenCalled();
  });

  it('that is not complete gives way when its caller needs the memory', async () => {
    const admitted = Promise.withResolvers<void>();
    const budgets = new RequestBudgets();
    const admit = budgets.authenticated.admit.bind(budgets.authenticated);
    jest.spyOn(budgets.authenticated, 'admit').mockImplementationOnce((...request) => {
      admitted.resolve();
      return admit(...request);
    });
    const answer = answerTo(`content-length: ${maxRequestBytes}\r\n\r\n{`, budgets);
    await admitted.promise;

    admit('', requestBudget.perOwner, () => undefined);

    await expect(answer).resolves.toMatch(/the memory for requests is used up.* \(0 readers\)/);
  });

  it.each([
    ['takes what has arrived', `content-length: ${maxRequestBytes}\r\n\r\n${'x'.repeat(100_000)}`, 100_000],
    ['takes the maximum if it is compressed', 'content-length: 9\r\ncontent-encoding: gzip\r\n\r\n{', maxRequestBytes],
    ['takes only what is announced', 'content-length: 9\r\n\r\n{', 9],
  ])('%s', async (_, beginning, expected) => {
    const taken = Promise.withResolvers<void>();
    const took = (bytes: number) => void (bytes === expected && taken.resolve());
    const budgets = new RequestBudgets();
    jest.spyOn(budgets.authenticated, 'admit').mockImplementation((_name, bytes, giveWay) => {
      took(bytes);
      void taken.promise.then(() => giveWay(new ApiError('ResourceExhausted', 'as expected')));
      return { growTo: took, complete: () => undefined, [Symbol.dispose]: () => undefined };
    });

    await expect(answerTo(beginning, budgets)).resolves.toContain('as expected');
  });
});
