import type { Writable } from 'node:stream';

/** Resolves when the response takes more, or when its connection is gone. */
export function drained(response: Pick<Writable, 'once' | 'off' | 'destroyed'>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
    if (response.destroyed) done();
  });
}
