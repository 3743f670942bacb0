import { setTimeout as delay } from 'node:timers/promises';
import { at, parseJson } from '../../cluster/json.ts';
import { HistoryError } from '../history/change.ts';
import { objectsAt, textAt } from '../history/json.ts';

/** One change of one etcd key. */
export interface KeyChange {
  readonly key: string;
  /** The object's resourceVersion. */
  readonly revision: number;
  /** The new value; undefined if deleted. */
  readonly value: Buffer | undefined;
}

/** A zero byte for both ends means every key (https://etcd.io/docs/v3.6/learning/api/#key-ranges). */
const everyKey = Buffer.from([0]).toString('base64');

/** Reconnect delay in milliseconds. */
const retryMs = 200;

/**
 * Client of etcd's JSON gateway (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/). Unlike a watch of the API server, a
 * watch of etcd can be resumed after a restart of the API server without missing changes.
 */
export class Etcd {
  readonly #url: string;

  /** @param url such as http://127.0.0.1:2379 */
  constructor(url: string) {
    this.#url = url;
  }

  /** The current revision. */
  async revision(): Promise<number> {
    const answer = await this.#post('kv/range', { key: everyKey, range_end: everyKey, count_only: true });
    return Number(textAt(parseJson(await answer.text()), 'header', 'revision'));
  }

  /**
   * All changes of all keys from a revision on, in order and exactly once, across reconnects.
   *
   * @throws HistoryError if etcd has compacted the revision
   */
  async *changes(from: number, signal: AbortSignal): AsyncGenerator<KeyChange, void> {
    for (let next = from; !signal.aborted; await delay(retryMs, undefined, { signal }).catch(() => undefined)) {
      try {
        for await (const change of this.#watch(next, signal)) {
          next = change.revision + 1;
          yield change;
        }
      } catch (error) {
        if (error instanceof HistoryError) throw error;
      }
    }
  }

  async *#watch(from: number, signal: AbortSignal): AsyncGenerator<KeyChange, void> {
    const request = { create_request: { key: everyKey, range_end: everyKey, start_revision: String(from) } };
    const { body } = await this.#post('watch', request, signal);
    if (body === null) return;
    for await (const line of lines(body)) {
      const result = at(parseJson(line), 'result');
      if (at(result, 'canceled') === true) {
        throw new HistoryError(
          `etcd has ended the watch from revision ${from}: ${textAt(result, 'cancel_reason') ?? line}`,
        );
      }
      for (const event of objectsAt(result, 'events')) yield keyChange(event);
    }
  }

  async #post(method: string, body: object, signal?: AbortSignal): Promise<Response> {
    const answer = await fetch(`${this.#url}/v3/${method}`, { method: 'POST', body: JSON.stringify(body), signal });
    if (!answer.ok) throw new Error(`etcd answered ${method} with ${answer.status}: ${await answer.text()}`);
    return answer;
  }
}

/** The complete lines of a body; an incomplete last one is dropped. */
async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

/** In the gateway's JSON, bytes are base64, 64-bit numbers are strings, and default values are omitted. */
function keyChange(event: object): KeyChange {
  const text = (name: string) => textAt(event, 'kv', name) ?? '';
  const removed = textAt(event, 'type') === 'DELETE';
  return {
    key: Buffer.from(text('key'), 'base64').toString(),
    revision: Number(text('mod_revision')),
    value: removed ? undefined : Buffer.from(text('value'), 'base64'),
  };
}
