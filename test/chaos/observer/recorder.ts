import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { JsonObject } from '../../cluster/json.ts';
import { changeLine, recordedKinds } from '../history/change.ts';
import type { Change, RunParameters } from '../history/change.ts';
import type { ObjectChange } from './stored-object.ts';

/** Writes the history of a chaos run, a line for each change. */
export class Recorder {
  readonly #namespaces: ReadonlySet<string>;
  readonly #file: WriteStream;
  /** Last state of each object; a deletion does not contain it. */
  readonly #objects = new Map<string, JsonObject>();
  #lines = 1;

  /** @param namespaces to record */
  constructor(path: string, premises: RunParameters, namespaces: readonly string[]) {
    this.#namespaces = new Set([...namespaces, premises.lockNamespace]);
    this.#file = createWriteStream(path);
    this.#file.write(`${JSON.stringify(premises)}\n`);
  }

  /**
   * Writes a change if it belongs to the history.
   *
   * @returns the written change
   */
  record({ kind, key, namespace, revision, object }: ObjectChange): Change | undefined {
    const recorded = recordedKinds.find((known) => known === kind);
    if (recorded === undefined || !this.#namespaces.has(namespace)) return undefined;
    const state = object ?? this.#objects.get(key);
    // It existed before the history began and is not part of the chaos run.
    if (state === undefined) return undefined;
    if (object === undefined) this.#objects.delete(key);
    else this.#objects.set(key, object);
    this.#lines += 1;
    const at = new Date().toISOString();
    const change = { line: this.#lines, revision, at, kind: recorded, gone: object === undefined, object: state };
    this.#file.write(`${changeLine(change)}\n`);
    return change;
  }

  /** Closes the file. */
  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
