import { at, isObject, parseJson } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';

/** The kinds of objects whose history is kept. */
export const recordedKinds = ['WorkflowExecution', 'PipelineRun', 'TaskRun', 'Pod', 'Lease'] as const;

/** One of the kinds of objects whose history is kept. */
export type RecordedKind = (typeof recordedKinds)[number];

/** One change of one object: a line of a history. */
export interface Change {
  /** Its line in the file, from 1. */
  readonly line: number;
  /** etcd's revision, which orders the changes of all objects: the object's resourceVersion. */
  readonly revision: number;
  /** When it was recorded, RFC 3339 with milliseconds. */
  readonly at: string;
  readonly kind: RecordedKind;
  /** Whether the change is the object's removal. */
  readonly gone: boolean;
  /** The object after the change; its last state when it is gone. */
  readonly object: JsonObject;
}

/** What a checker has to know of the chaos run that made a history. */
export interface RunParameters {
  readonly seed: number;
  /** The namespace in which the service keeps its locks. */
  readonly lockNamespace: string;
  readonly cooldownSeconds: number;
  /** Within how many seconds the service removes a lock that nobody needs any more. */
  readonly collectionSeconds: number;
  /** How long a leader leads without renewing its Lease. */
  readonly leaderLeaseSeconds: number;
  /** Within how many seconds a leader restores a lock that the neighbour took from a running execution. */
  readonly restorationSeconds: number;
}

/** A history: the premises in the first line, then a change a line, in the order in which they happened. */
export interface History {
  readonly premises: RunParameters;
  readonly changes: readonly Change[];
}

/** A history cannot be read, or is not whole: nothing can be said about what it tells. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** The line of a change in the file. */
export function changeLine({ line: _line, ...change }: Change): string {
  return JSON.stringify(change);
}

/**
 * Reads a history.
 *
 * @throws HistoryError when a line makes no sense or the revisions do not rise
 */
export function parseHistory(text: string): History {
  const [first, ...rest] = text.trimEnd().split('\n').map(parseJson);
  const premises = parsePremises(first);
  const changes = rest.map((value, index) => parseChange(value, index + 2));
  changes.forEach(({ line, revision }, index) => {
    if (revision <= (changes[index - 1]?.revision ?? 0))
      throw new HistoryError(`Line ${line} is older than the one before`);
  });
  return { premises, changes };
}

function parsePremises(value: unknown): RunParameters {
  const number = (name: string) => {
    const found = at(value, name);
    if (typeof found !== 'number') throw new HistoryError(`The first line does not tell ${name}`);
    return found;
  };
  const lockNamespace = at(value, 'lockNamespace');
  if (typeof lockNamespace !== 'string') throw new HistoryError('The first line does not tell lockNamespace');
  return {
    seed: number('seed'),
    lockNamespace,
    cooldownSeconds: number('cooldownSeconds'),
    collectionSeconds: number('collectionSeconds'),
    leaderLeaseSeconds: number('leaderLeaseSeconds'),
    restorationSeconds: number('restorationSeconds'),
  };
}

function parseChange(value: unknown, line: number): Change {
  const [revision, recordedAt, gone, object] = ['revision', 'at', 'gone', 'object'].map((name) => at(value, name));
  const kind = recordedKinds.find((known) => known === at(value, 'kind'));
  if (kind !== undefined && typeof revision === 'number' && typeof recordedAt === 'string' && isObject(object)) {
    return { line, revision, at: recordedAt, kind, gone: gone === true, object };
  }
  throw new HistoryError(`Line ${line} is not a change`);
}
