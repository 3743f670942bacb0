import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import { limitPipelining } from './limit-pipelining.ts';

describe('a connection', () => {
  let handler: ReturnType<typeof limitPipelining>;
  beforeEach(() => {
    handler = limitPipelining();
  });
  const ask = (socket: { destroyed: boolean; destroy(): void }) => {
    const response = new EventEmitter();
    const state = { isHandled: false, timesHandled: 0 };
    void handler(
      { socket } as unknown as Request,
      response as unknown as Response,
      (() => {
        state.isHandled = true;
        state.timesHandled += 1;
      }) as NextFunction,
    );
    const answer = async () => {
      response.emit('close');
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { state, answer };
  };
  const connect = () => ({
    destroyed: false,
    destroy() {
      this.destroyed = true;
    },
  });

  it('handles its requests one at a time and in order', async () => {
    const socket = connect();
    const requests = [ask(socket), ask(socket), ask(socket)];
    const handled = () => requests.map(({ state }) => state.isHandled);

    expect(handled()).toEqual([true, false, false]);
    await requests[0]?.answer();
    expect(handled()).toEqual([true, true, false]);
    await requests[1]?.answer();
    expect(handled()).toEqual([true, true, true]);
  });

  it('handles a request once that arrives right after an answer', async () => {
    const socket = connect();
    const [first, second] = [ask(socket), ask(socket)];

    const answered = [first.answer()];
    const third = ask(socket);
    await Promise.all(answered);
    answered.push(second.answer());
    const fourth = ask(socket);
    await Promise.all(answered);
    answered.push(third.answer(), fourth.answer());
    const fifth = ask(socket);
    await Promise.all(answered);

    expect([first, second, third, fourth, fifth].map(({ state }) => state.timesHandled)).toEqual([1, 1, 1, 1, 1]);
  });

  it('handles no request after it is closed', async () => {
    const socket = connect();
    const [first, second] = [ask(socket), ask(socket)];

    socket.destroy();
    await first.answer();

    expect(second.state.isHandled).toBe(false);
  });

  it('waits for the next turn of the event loop if others have sent many requests', async () => {
    const requests = Array.from({ length: 25 }, () => ask(connect()));
    const handled = () => requests.filter(({ state }) => state.isHandled).length;

    expect(handled()).toBe(20);
    await new Promise((resolve) => setImmediate(resolve));
    expect(handled()).toBe(25);
  });

  it('is closed if it has too many unanswered requests', () => {
    const socket = connect();
    for (let request = 0; request < 8; request++) ask(socket);
    expect(socket.destroyed).toBe(false);

    ask(socket);

    expect(socket.destroyed).toBe(true);
  });

  it('stays open for any number of sequential requests', async () => {
    const socket = connect();
    for (let turn = 0; turn < 100; turn++) await ask(socket).answer();

    expect(socket.destroyed).toBe(false);
  });
});
