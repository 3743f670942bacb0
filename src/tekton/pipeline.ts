import { boolYaml11Tag, CORE_SCHEMA, load } from 'js-yaml';
import { arrayOf, isRecord, parseJson, recordOf, stringOf, type JsonRecord } from '../kubernetes/json.ts';
import { inOrder, maxDepth, taskNameOf } from './task-order.ts';

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
  /** Names of the workspaces without which it does not run. */
  readonly workspaces: readonly string[];
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

/** Tekton reads YAML as sigs.k8s.io/yaml does: `NO` and `on` are booleans, as in YAML 1.1. */
const schema = CORE_SCHEMA.withTags(boolYaml11Tag);

/** Reads an object of a bundle, in JSON or YAML. */
export function readPipeline(content: Buffer): PipelineContent {
  const tooLarge = (format: 'json' | 'yaml') =>
    unread(`it is larger than ${maxPipelineBytes[format] / 1024} KiB of ${format.toUpperCase()}`);
  if (content.length > maxPipelineBytes.json) return tooLarge('json');
  const text = content.toString();
  const json = parseJson(text);
  if (json !== undefined) return pipelineOf(json);
  // Tekton takes it for JSON.
  if (text.trimStart().startsWith('{')) return refused('holds a file that is not valid JSON');
  if (content.length > maxPipelineBytes.yaml) return tooLarge('yaml');
  try {
    return pipelineOf(load(text, { schema, maxDepth, maxAliases: 0 }));
  } catch {
    return unread('it is not one document of JSON, or of YAML without aliases and repeated keys');
  }
}

function unread(message: string): PipelineContent {
  return { kind: 'unread', message };
}

function refused(message: string): PipelineContent {
  return { kind: 'refused', message };
}

const apiVersions = ['tekton.dev/v1', 'tekton.dev/v1beta1'];

function pipelineOf(raw: unknown): PipelineContent {
  const { apiVersion, kind, spec } = recordOf(raw);
  const found = stringOf(kind) ?? 'file';
  if (found !== 'Pipeline') return refused(`holds a ${found} instead of a Pipeline`);
  if (!apiVersions.includes(stringOf(apiVersion) ?? '')) {
    return refused(
      `holds a Pipeline of ${stringOf(apiVersion) ?? 'no API version'} instead of ${apiVersions.join(' or ')}`,
    );
  }
  try {
    return { kind: 'pipeline', pipeline: declarationsOf(recordOf(spec)) };
  } catch (error) {
    if (!(error instanceof UndecodableError)) throw error;
    return refused(`holds a Pipeline that Tekton cannot decode: ${error.message}`);
  }
}

function declarationsOf({ params, workspaces, tasks, finally: last }: JsonRecord): Pipeline {
  const read = (value: unknown, path: string) =>
    recordsOf(value, path).map((task, index) => decodable(task, `${path}[${index}]`));
  return {
    params: recordsOf(params, 'spec.params').map(paramOf),
    workspaces: recordsOf(workspaces, 'spec.workspaces')
      .filter(({ optional }) => optional !== true)
      .map(taskNameOf),
    tasks: [...inOrder(read(tasks, 'spec.tasks')), ...read(last, 'spec.finally').map(taskNameOf)],
  };
}

function decodable(task: JsonRecord, path: string): JsonRecord {
  textOf(task['name'], `${path}.name`);
  listOf(task['runAfter'], `${path}.runAfter`);
  return task;
}

function paramOf(param: JsonRecord, index: number): DeclaredParam {
  const path = `spec.params[${index}]`;
  const { default: fallback, properties } = param;
  const name = textOf(param['name'], `${path}.name`);
  if (name === '') throw new UndecodableError(`${path}.name is missing`);
  const values = listOf(param['enum'], `${path}.enum`).map((value) => textOf(value, `${path}.enum`));
  return {
    name,
    type: textOf(param['type'], `${path}.type`) || impliedType(fallback, properties),
    hasDefault: fallback !== undefined && fallback !== null,
    ...(values.length > 0 ? { values } : {}),
  };
}

/**
 * The type that Tekton's webhook adds (`SetDefaults` in pkg/apis/pipeline/v1/param_types.go). A default with other elements than
 * strings is a string (`UnmarshalJSON` there).
 */
function impliedType(fallback: unknown, properties: unknown): string {
  const hasTexts = (values: readonly unknown[]) => values.every((value) => value === null || typeof value === 'string');
  if (isRecord(properties)) return 'object';
  if (Array.isArray(fallback)) return hasTexts(arrayOf(fallback)) ? 'array' : 'string';
  return isRecord(fallback) && hasTexts(Object.values(fallback)) ? 'object' : 'string';
}

/** Why Tekton cannot decode a Pipeline. */
class UndecodableError extends Error {
  override readonly name = 'UndecodableError';
}

function textOf(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new UndecodableError(`${path} must be a string`);
  return value;
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UndecodableError(`${path} must be a list`);
  return arrayOf(value);
}

function recordsOf(value: unknown, path: string): readonly JsonRecord[] {
  return listOf(value, path).map((item, index) => {
    if (!isRecord(item)) throw new UndecodableError(`${path}[${index}] must be an object`);
    return item;
  });
}
