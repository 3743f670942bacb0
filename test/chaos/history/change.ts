import { at, isObject, parseJson } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';

/** Kinds of objects that a history records. */
export const recordedKinds = ['WorkflowExecution', 'PipelineRun', 'TaskRun', 'Pod', 'Lease'] as const;

/** A recorded kind. */
export type RecordedKind = (typeof recordedKinds)[number];

/** One change of one object: one line of a history. */
export interface Change {
  /** Line number in the file, from 1. */
  readonly line: number;
  /** etcd revision, which orders the changes of all objects; the object's resourceVersion. */
  readonly revision: number;
  /** When it was recorded, RFC 3339 with milliseconds. */
  readonly at: string;
  readonly kind: RecordedKind;
  /** Whether the object was deleted. */
  readonly gone: boolean;
  /** The object after the change; its last state if it was deleted. */
  readonly object: JsonObject;
}

/** Parameters of the chaos run that the checker needs. */
export interface RunParameters {
  readonly seed: number;
  /** Namespace of the service's locks. */
  readonly lockNamespace: string;
  readonly cooldownSeconds: number;
  /** Seconds within which the service deletes a lock that is no longer needed. */
  readonly collectionSeconds: number;
  /** Duration of the leader's Lease. */
  readonly leaderLeaseSeconds: number;
  /** Seconds within which a leader restores a lock that the administrator took from a running execution. */
  readonly restorationSeconds: number;
}

/** A history: the parameters in the first line, then one change per line in order of revision. */
export interface History {
  readonly premises: RunParameters;
  readonly changes: readonly Change[];
}

/** A history cannot be read or is incomplete, so nothing can be concluded from it. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** A change as a line of the file. */
export function changeLine({ line: _line, ...change }: Change): string {
  return JSON.stringify(change);
}

/**
 * Parses a history.
 *
 * @throws HistoryError if a line is invalid or the revisions do not increase
 */
export function parseHistory(text: string): History {
  const [first, ...rest] = text.trimEnd().split('\n').map(parseJson);
  const premises = parsePremises(first);
  const changes = rest.map((value, index) => parseChange(value, index + 2));
  changes.forEach(({ line, revision }, index) => {
    if (revision <= (changes[index - 1]?.revision ?? 0))
      throw new HistoryError(`Line ${line} is older than the previous one`);
  });
  return { premises, changes };
}

function parsePremises(value: unknown): RunParameters {
  const number = (name: string) => {
    const found = at(value, name);
    if (typeof found !== 'number') throw new HistoryError(`The first line lacks ${name}`);
    return found;
  };
  const lockNamespace = at(value, 'lockNamespace');
  if (typeof lockNamespace !== 'string') throw new HistoryError('The first line lacks lockNamespace');
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
