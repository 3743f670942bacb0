import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { JsonObject } from '../../cluster/json.ts';
import { changeLine, recordedKinds } from '../history/change.ts';
import type { Change, RunParameters } from '../history/change.ts';
import type { ObjectChange } from './stored-object.ts';

/** Writes the history of a chaos run into a file, a line for each change as it happens. */
export class Recorder {
  readonly #namespaces: ReadonlySet<string>;
  readonly #file: WriteStream;
  /** The last state of each object, which its removal does not tell. */
  readonly #objects = new Map<string, JsonObject>();
  #lines = 1;

  /** @param namespaces whose changes are kept */
  constructor(path: string, premises: RunParameters, namespaces: readonly string[]) {
    this.#namespaces = new Set([...namespaces, premises.lockNamespace]);
    this.#file = createWriteStream(path);
    this.#file.write(`${JSON.stringify(premises)}\n`);
  }

  /**
   * Writes a change, when it is one of the history.
   *
   * @returns what was written
   */
  record({ kind, key, namespace, revision, object }: ObjectChange): Change | undefined {
    const recorded = recordedKinds.find((known) => known === kind);
    if (recorded === undefined || !this.#namespaces.has(namespace)) return undefined;
    const state = object ?? this.#objects.get(key);
    // It was there before the history began, and nothing of it belongs to the chaos run.
    if (state === undefined) return undefined;
    if (object === undefined) this.#objects.delete(key);
    else this.#objects.set(key, object);
    this.#lines += 1;
    const at = new Date().toISOString();
    const change = { line: this.#lines, revision, at, kind: recorded, gone: object === undefined, object: state };
    this.#file.write(`${changeLine(change)}\n`);
    return change;
  }

  /** Ends the file; resolves when all of it is written. */
  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file);
  }
}
