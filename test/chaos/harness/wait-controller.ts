import { at } from '../../cluster/json.ts';
import type { JsonObject } from '../../cluster/json.ts';
import { objectsAt, textAt } from '../history/json.ts';
import type { ObjectChange } from '../observer/stored-object.ts';
import type { RetryingApi } from './retrying-api.ts';
import { waitParameters, waitTask } from './wait-workflow.ts';

/** Result of a task. */
interface Ending {
  readonly status: 'True' | 'False';
  readonly reason: string;
}

/**
 * Controller of the waiting tasks: completes each after its duration with its planned result, and honors cancellation.
 */
export class WaitController {
  readonly #api: Pick<RetryingApi, 'call'>;
  readonly #onError: (error: unknown) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #answered = new Set<string>();

  constructor(api: Pick<RetryingApi, 'call'>, onError: (error: unknown) => void) {
    this.#api = api;
    this.#onError = onError;
  }

  /** Observes a change; only CustomRuns matter. */
  observe({ kind, key, namespace, name, object }: ObjectChange): void {
    if (kind !== 'CustomRun') return;
    if (object === undefined) return this.#forget(key);
    const uid = textAt(object, 'metadata', 'uid') ?? '';
    const isOurs = textAt(object, 'spec', 'customRef', 'apiVersion') === waitTask.apiVersion;
    if (!isOurs || this.#answered.has(uid)) return;
    const answer = (ending: Ending) => {
      this.#forget(key);
      this.#answered.add(uid);
      const path = `/apis/tekton.dev/v1beta1/namespaces/${namespace}/customruns/${name}/status`;
      this.#api.call('PATCH', path, { metadata: { uid }, status: statusOf(ending, object) }).catch(this.#onError);
    };
    if (textAt(object, 'spec', 'status') === 'RunCancelled') answer({ status: 'False', reason: 'CustomRunCancelled' });
    else if (!this.#timers.has(key))
      this.#timers.set(
        key,
        setTimeout(() => answer(plannedEnding(object)), durationOf(object)),
      );
  }

  /** Drops unfinished tasks. */
  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #forget(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }
}

function durationOf(customRun: JsonObject): number {
  return Number(parameter(customRun, waitParameters.duration));
}

function plannedEnding(customRun: JsonObject): Ending {
  const succeeds = parameter(customRun, waitParameters.verdict) === 'True';
  return succeeds ? { status: 'True', reason: 'Waited' } : { status: 'False', reason: 'FailedAsPlanned' };
}

function parameter(customRun: JsonObject, name: string): string | undefined {
  return textAt(
    objectsAt(customRun, 'spec', 'params').find((param) => param['name'] === name),
    'value',
  );
}

function statusOf(ending: Ending, customRun: JsonObject) {
  const now = new Date().toISOString();
  const condition = { type: 'Succeeded', ...ending, message: 'by the chaos run', lastTransitionTime: now };
  return { conditions: [condition], startTime: at(customRun, 'metadata', 'creationTimestamp'), completionTime: now };
}
