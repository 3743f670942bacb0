import { load } from 'js-yaml';
import { arrayOf, isRecord, parseJson, recordOf, stringOf, type JsonRecord } from '../kubernetes/json.ts';

/** A parameter that a Pipeline declares (https://tekton.dev/docs/pipelines/pipelines/#specifying-parameters). */
export interface DeclaredParam {
  readonly name: string;
  readonly type: string;
  readonly hasDefault: boolean;
  /** Allowed values; absent for any. */
  readonly values?: readonly string[];
}

/** What a Pipeline declares. */
export interface Pipeline {
  readonly params: readonly DeclaredParam[];
  /** Names of its tasks in an order in which they can run, followed by those of `finally`. */
  readonly tasks: readonly string[];
}

/** A Pipeline; why Tekton refuses it; or why this service does not read it. */
export type PipelineContent =
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unread'; readonly message: string };

/**
 * Maximum size of a Pipeline that is read, in bytes: parsing holds the event loop for up to 30 ms. `tkn bundle push` writes JSON.
 */
export const maxPipelineBytes = { json: 256 * 1024, yaml: 32 * 1024 } as const;

/** Reads an object of a bundle, in JSON or YAML. */
export function readPipeline(content: Buffer): PipelineContent {
  const tooLarge = (format: 'json' | 'yaml') =>
    unread(`it is larger than ${maxPipelineBytes[format] / 1024} KiB of ${format.toUpperCase()}`);
  if (content.length > maxPipelineBytes.json) return tooLarge('json');
  const text = content.toString();
  const json = parseJson(text);
  if (json !== undefined) return pipelineOf(json);
  if (content.length > maxPipelineBytes.yaml) return tooLarge('yaml');
  try {
    return pipelineOf(load(text, { maxDepth, maxAliases: 0 }));
  } catch {
    return unread('it is neither JSON nor YAML without aliases');
  }
}

/** Maximum depth of a Pipeline; a task spec within one has about 20 levels. */
const maxDepth = 64;

function unread(message: string): PipelineContent {
  return { kind: 'unread', message };
}

function pipelineOf(raw: unknown): PipelineContent {
  const { apiVersion, kind, spec } = recordOf(raw);
  if (kind !== 'Pipeline' || stringOf(apiVersion)?.startsWith('tekton.dev/') !== true) {
    const found = stringOf(kind) ?? 'file';
    return {
      kind: 'refused',
      message: `holds a ${found} instead of a Pipeline${found === 'Pipeline' ? ' of Tekton' : ''}`,
    };
  }
  const { params, tasks, finally: last } = recordOf(spec);
  const pipeline = {
    params: arrayOf(params).flatMap(paramOf),
    tasks: [...inOrder(arrayOf(tasks).map(recordOf)), ...arrayOf(last).map(recordOf).map(nameOf)],
  };
  return { kind: 'pipeline', pipeline };
}

function paramOf(raw: unknown): DeclaredParam[] {
  const param = recordOf(raw);
  const name = stringOf(param['name']);
  if (name === undefined) return [];
  const { type, default: fallback, properties, enum: values } = param;
  return [
    {
      name,
      type: stringOf(type) ?? impliedType(fallback, properties),
      hasDefault: fallback !== undefined,
      ...(Array.isArray(values) ? { values: arrayOf(values).map(String) } : {}),
    },
  ];
}

/** The type that Tekton's webhook adds (`SetDefaults` in pkg/apis/pipeline/v1/param_types.go). */
function impliedType(fallback: unknown, properties: unknown): string {
  if (Array.isArray(fallback)) return 'array';
  return isRecord(fallback) || isRecord(properties) ? 'object' : 'string';
}

function nameOf(task: JsonRecord): string {
  return stringOf(task['name']) ?? '';
}

/** The names of tasks, each after those that it runs after or uses the results of; otherwise in their order. */
function inOrder(tasks: readonly JsonRecord[]): string[] {
  const names = tasks.map(nameOf);
  const known = new Set(names);
  const waitsFor = new Map(tasks.map((task) => [nameOf(task), dependenciesOf(task).intersection(known)]));
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

function dependenciesOf(task: JsonRecord): Set<string> {
  const found = new Set(arrayOf(task['runAfter']).filter((name) => typeof name === 'string'));
  collectReferences(task, maxDepth, found);
  return found;
}

function collectReferences(value: unknown, depth: number, found: Set<string>): void {
  if (typeof value === 'string') {
    for (const [, name = ''] of value.matchAll(/\$\(tasks\.([^.()]+)\.results/g)) found.add(name);
  } else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const part of Object.values(value)) collectReferences(part, depth - 1, found);
  }
}
