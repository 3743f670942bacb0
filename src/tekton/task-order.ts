import { arrayOf, recordOf, stringOf, type JsonRecord } from '../kubernetes/json.ts';

/** The name of a task of a Pipeline; empty if it has none. */
export function taskNameOf(task: JsonRecord): string {
  return stringOf(task['name']) ?? '';
}

/** The names of tasks, each after those that it runs after or uses the results of; otherwise in their order. */
export function inOrder(tasks: readonly JsonRecord[]): string[] {
  const names = tasks.map(taskNameOf);
  const known = new Set(names);
  const waitsFor = new Map(tasks.map((task) => [taskNameOf(task), dependenciesOf(task).intersection(known)]));
  const dependents = new Map(names.map((name): [string, string[]] => [name, []]));
  for (const [name, dependencies] of waitsFor) {
    dependencies.forEach((dependency) => dependents.get(dependency)?.push(name));
  }
  const ready = names.filter((name) => waitsFor.get(name)?.size === 0);
  for (const done of ready) {
    for (const name of dependents.get(done) ?? []) {
      const left = waitsFor.get(name);
      if (left?.delete(done) && left.size === 0) ready.push(name);
    }
  }
  // Tekton refuses cycles.
  return ready.length === names.length ? ready : names;
}

/** The fields of a step or sidecar in which Tekton looks for results (`GetVarSubstitutionExpressions` in container_types.go). */
const containerFields = ['name', 'image', 'imagePullPolicy', 'script', 'workingDir', 'command', 'args', 'env'];

/** The tasks that a task waits for, as `PipelineTask.Deps` of Tekton finds them (pkg/apis/pipeline/v1/pipeline_types.go). */
function dependenciesOf(task: JsonRecord): Set<string> {
  const { runAfter, params, matrix, when, taskSpec } = task;
  const { steps, sidecars } = recordOf(taskSpec);
  const containers = [...arrayOf(steps), ...arrayOf(sidecars)].map(recordOf);
  const found = new Set(arrayOf(runAfter).filter((name) => typeof name === 'string'));
  const read = [params, matrix, when, ...containers.flatMap((one) => containerFields.map((field) => one[field]))];
  collectReferences(read, maxDepth, found);
  return found;
}

/** Maximum depth of a Pipeline; a task spec within one has about 20 levels. */
export const maxDepth = 64;

function collectReferences(value: unknown, depth: number, found: Set<string>): void {
  if (typeof value === 'string') {
    for (const [, name = ''] of value.matchAll(/\$\(tasks\.([^.()]+)\.results/g)) found.add(name);
  } else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const part of Object.values(value)) collectReferences(part, depth - 1, found);
  }
}
