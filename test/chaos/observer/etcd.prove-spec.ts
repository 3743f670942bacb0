import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Etcd } from './etcd.ts';
import type { KeyChange } from './etcd.ts';

type Answer = (response: ServerResponse) => void;

const base64 = (plain: string) => Buffer.from(plain).toString('base64');
const put = (revision: number, value: string) => ({
  kv: { key: base64('key'), mod_revision: String(revision), value: base64(value) },
});
const removal = (revision: number) => ({ type: 'DELETE', kv: { key: base64('key'), mod_revision: String(revision) } });
const line = (result: object) => `${JSON.stringify({ result })}\n`;

/** A fake etcd that breaks its connection where required, which a real one cannot. */
describe('a watch of etcd', () => {
  let server: Server;
  let answers: Answer[];
  let asked: string[];
  let etcd: Etcd;

  beforeEach(async () => {
    [answers, asked] = [[], []];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push(/"start_revision":"(\d+)"/.exec(body)?.[1] ?? body);
        answers.shift()?.(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address() as { port: number };
    etcd = new Etcd(`http://127.0.0.1:${address.port}`);
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function take(count: number, from: number): Promise<KeyChange[]> {
    const stop = new AbortController();
    const taken: KeyChange[] = [];
    for await (const change of etcd.changes(from, stop.signal)) {
      taken.push(change);
      if (taken.length === count) break;
    }
    stop.abort();
    return taken;
  }

  it('emits changes in order, including deletions', async () => {
    answers.push((response) => response.write(line({ created: true }) + line({ events: [put(5, 'one'), removal(6)] })));

    await expect(take(2, 5)).resolves.toEqual([
      { key: 'key', revision: 5, value: Buffer.from('one') },
      { key: 'key', revision: 6, value: undefined },
    ]);
  });

  it('resumes where it broke off, even in the middle of a line', async () => {
    answers.push((response) => {
      response.write(line({ events: [put(5, 'one')] }) + line({ events: [put(6, 'two')] }).slice(0, 20), () =>
        response.destroy(),
      );
    });
    answers.push((response) => response.writeHead(503).end());
    answers.push((response) => response.write(line({ events: [put(6, 'two')] })));

    const changes = await take(2, 5);

    expect(changes.map(({ value }) => value?.toString())).toEqual(['one', 'two']);
    expect(asked).toEqual(['5', '6', '6']);
  });

  it('fails when changes have been compacted', async () => {
    answers.push((response) =>
      response.write(line({ canceled: true, compact_revision: '9', cancel_reason: 'compacted' })),
    );

    await expect(take(1, 5)).rejects.toThrow('etcd has ended the watch from revision 5: compacted');
  });
});
