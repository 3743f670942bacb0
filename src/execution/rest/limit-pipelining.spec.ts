import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { NextFunction, Request, Response } from 'express';
import { limitPipelining } from './limit-pipelining.ts';

describe('a connection', () => {
  const handler = limitPipelining();
  const ask = (socket: { destroyed: boolean; destroy(): void }) => {
    const response = new EventEmitter();
    let isHandled = false;
    void handler(
      { socket } as unknown as Request,
      response as unknown as Response,
      (() => (isHandled = true)) as NextFunction,
    );
    return { isHandled, answer: () => response.emit('close') };
  };
  const connect = () => ({
    destroyed: false,
    destroy() {
      this.destroyed = true;
    },
  });

  it('is closed when too many of its requests are unanswered', () => {
    const socket = connect();
    const asked = Array.from({ length: 9 }, () => ask(socket).isHandled);

    expect(asked.filter(Boolean).length).toBe(8);
    expect(socket.destroyed).toBe(true);
  });

  it('stays open for any number of requests of which each waits for the answer before', () => {
    const socket = connect();
    for (let turn = 0; turn < 100; turn++) ask(socket).answer();

    expect(socket.destroyed).toBe(false);
  });
});
