import type { Scope } from './object-store.ts';

/** What a list or watch has brought, as it brought it. */
export type Arrival<T> =
  | {
      readonly type: 'listed';
      readonly scope: Scope;
      readonly objects: readonly T[];
      /** Keys of those that are there and do not parse. */
      readonly unreadable: readonly string[];
      readonly resourceVersion: string;
    }
  | { readonly type: 'put'; readonly scope: Scope; readonly object: T; readonly resourceVersion: string }
  /** `last` is its last state, if that parses. */
  | {
      readonly type: 'gone';
      readonly scope: Scope;
      readonly key: string;
      readonly last?: T;
      readonly resourceVersion: string;
    }
  /** Nothing else has happened up to this resource version. */
  | { readonly type: 'bookmark'; readonly scope: Scope; readonly resourceVersion: string };
