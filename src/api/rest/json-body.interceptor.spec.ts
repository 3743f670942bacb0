import { createServer, type RequestListener } from 'node:http';
import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { EMPTY } from 'rxjs';
import { maxRequestBytes, requestBudget } from '../../config/limits.ts';
import { RequestBudgets } from '../call/byte-budget.ts';
import { setCallContext } from '../call/call.ts';
import { JsonBodyInterceptor } from './json-body.interceptor.ts';

/** Sends a request to the interceptor; returns `passed` or the error's message. */
async function outcomeOf(method: string, body?: string): Promise<string> {
  await using server = await startServer();
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`http://127.0.0.1:${server.port}/`, { method, body, headers })).text();
}

/** Sends the beginning of a POST request, which never ends; returns the response. */
async function answerTo(beginning: string): Promise<string> {
  await using server = await startServer();
  const socket = connect(server.port, '127.0.0.1').setEncoding('utf8');
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${beginning}`);
  try {
    const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(4_000) })) as [string];
    return answer;
  } finally {
    socket.destroy();
  }
}

async function startServer(): Promise<AsyncDisposable & { port: number }> {
  const interceptor = new JsonBodyInterceptor(new RequestBudgets());
  const listener: RequestListener = (request, response) => {
    const http = { getRequest: () => request, getResponse: () => response };
    const context = { getType: () => 'http', switchToHttp: () => http } as unknown as ExecutionContext;
    setCallContext(context, { recheck: () => Promise.resolve() });
    const next = { handle: () => undefined } as unknown as CallHandler;
    interceptor.intercept(context, next).then(
      () => response.end('passed'),
      (error: unknown) => response.end(String(error)),
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
    ['that has become too large', `transfer-encoding: chunked\r\n\r\n200000\r\n${'x'.repeat(maxRequestBytes + 1)}`],
  ])('%s is refused before it ends', async (_, beginning) => {
    await expect(answerTo(beginning)).resolves.toContain('PayloadTooLargeException');
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
    const { signal } = new AbortController();
    await expect(budgets.authenticated.reserve('', requestBudget.perCaller, signal)).resolves.toBeDefined();
  });
});
