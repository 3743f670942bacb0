import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { AlreadyExistsError, InvalidObjectError, KubernetesError } from '../../kubernetes/errors.ts';
import { secretResource } from '../../kubernetes/secret.ts';
import type { Secret } from '../../kubernetes/secret.ts';
import { ApiError } from '../errors/api-error.ts';
import { PageTokens } from './page-token.ts';

/** Name of the Secret, in the service's own namespace. */
export const pageTokenSecret = 'workflow-execution-page-tokens';

const entry = 'key';
const keyBytes = 32;
const retryAfterMs = 1_000;

/**
 * The key that page tokens are signed with: a Secret that the first replica to need it makes, so that a token of one
 * replica is good at all of them, and after a restart. Deleting the Secret and restarting makes all tokens void.
 */
@Injectable()
export class PageTokenKey {
  private tokens?: Promise<PageTokens>;

  constructor(
    private readonly client: KubernetesClient,
    @Inject(CONFIG) private readonly config: Pick<Config, 'namespace'>,
  ) {}

  /**
   * The tokens of this cluster. The key is read once; what failed is tried again by the next who asks.
   *
   * @throws ApiError Unavailable when the key can be neither read nor made
   */
  async pageTokens(): Promise<PageTokens> {
    this.tokens ??= this.load();
    try {
      return await this.tokens;
    } catch (error) {
      this.tokens = undefined;
      if (!(error instanceof KubernetesError)) throw error;
      throw new ApiError(
        'Unavailable',
        'the key of page tokens can not be read',
        { retryAfterMs: error.retryAfterMs ?? retryAfterMs },
        { cause: error },
      );
    }
  }

  private async load(): Promise<PageTokens> {
    const key = { namespace: this.config.namespace, name: pageTokenSecret };
    return new PageTokens(keyIn((await this.client.find(secretResource, key)) ?? (await this.make(key))));
  }

  private async make(metadata: { namespace: string; name: string }): Promise<Secret> {
    const data = { [entry]: randomBytes(keyBytes).toString('base64') };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
    try {
      return await this.client.create(secretResource, secret);
    } catch (error) {
      if (error instanceof AlreadyExistsError) return this.client.get(secretResource, metadata);
      throw error;
    }
  }
}

function keyIn({ data }: Secret): Uint8Array {
  const key = Buffer.from(data[entry] ?? '', 'base64');
  if (key.length >= keyBytes) return key;
  throw new InvalidObjectError(`The Secret ${pageTokenSecret} has no key of ${keyBytes} bytes`);
}
