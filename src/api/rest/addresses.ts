import type { OpenAPIObject } from '@nestjs/swagger';

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** An address that is served, and what may be done there. */
interface Address {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** The addresses that the OpenAPI document describes. */
export class Addresses {
  private readonly addresses: readonly Address[];

  constructor({ paths }: Pick<OpenAPIObject, 'paths'>) {
    this.addresses = Object.entries(paths).map(([path, item]) => ({
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
      methods: methods.filter((method) => method in item).map((method) => method.toUpperCase()),
    }));
  }

  /** The methods of an address, without its query: `GET`, `POST`; none when nothing is there. */
  methodsOf(address: string): readonly string[] {
    const [path = ''] = address.split('?');
    return this.addresses.find(({ pattern }) => pattern.test(path))?.methods ?? [];
  }
}
