import { Pool } from 'undici';
import type { ServiceAddress } from './service-address.ts';

/** A bare client of REST: undici over TLS on HTTP/1.1, with connections that are kept. */
export class RestClient {
  readonly #pool: Pool;
  readonly #token: string;

  /** @param connections how many requests are under way at most; further ones wait */
  constructor({ address, ca, token }: ServiceAddress, connections = 32) {
    this.#token = token;
    this.#pool = new Pool(`https://${address}`, { connect: { ca }, pipelining: 1, allowH2: false, connections });
  }

  /**
   * Makes a request that has to succeed.
   *
   * @throws Error with what was answered
   */
  async call(method: 'GET' | 'POST', path: string, body?: object): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const answer = await this.#pool.request({
      ...{ method, path, headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return text;
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
