import { createServer, type RequestListener } from 'node:http';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { EMPTY } from 'rxjs';
import { requestBudget } from '../../config/limits.ts';
import { RequestBudgets } from '../call/byte-budget.ts';
import { setCallContext } from '../call/call.ts';
import { JsonBodyInterceptor } from './json-body.interceptor.ts';

/** Sends a request to the interceptor; returns `passed` or the error's message. */
async function outcomeOf(method: string, body?: string): Promise<string> {
  const interceptor = new JsonBodyInterceptor(new RequestBudgets());
  const listener: RequestListener = (request, response) => {
    const context = { switchToHttp: () => ({ getRequest: () => request, getResponse: () => response }) };
    const next = { handle: () => undefined } as unknown as CallHandler;
    interceptor.intercept(context as unknown as ExecutionContext, next).then(
      () => response.end('passed'),
      (error: unknown) => response.end(String(error)),
    );
  };
  const server = createServer(express().use(listener)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method,
    body,
    headers: { 'content-type': 'application/json' },
  });
  const text = await answer.text();
  server.close();
  return text;
}

describe('a JSON body', () => {
  it('is refused for a method without body', async () => {
    await expect(outcomeOf('DELETE', '{}')).resolves.toContain('DELETE takes no body, only query parameters');
  });

  it.each(['GET', 'DELETE', 'POST'])('may be absent from %s', async (method) => {
    await expect(outcomeOf(method)).resolves.toBe('passed');
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
