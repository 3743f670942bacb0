import type { Change } from './change.ts';
import { objectsAt, textAt } from './json.ts';

/** `namespace/name` of an object. */
export function keyOf({ object }: Pick<Change, 'object'>): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`;
}

/** UID of an object. */
export function uidOf({ object }: Pick<Change, 'object'>): string {
  return textAt(object, 'metadata', 'uid') ?? '';
}

/** UID of an object's controlling owner; undefined if it has none. */
export function ownerOf({ object }: Pick<Change, 'object'>): string | undefined {
  const owners = objectsAt(object, 'metadata', 'ownerReferences');
  return textAt(
    owners.find((owner) => owner['controller'] === true),
    'uid',
  );
}
