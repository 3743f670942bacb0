import { targetParameter } from '../workflow-execution/parameters.ts';
import { joinFirst } from '../workflow-execution/text.ts';
import type { DeclaredParam, Pipeline } from './pipeline.ts';

/** A parameter with which a run fails, or that the Pipeline does not declare. */
export interface ParamProblem {
  readonly name: string;
  readonly kind: 'fails' | 'undeclared';
  /** Follows the name: `is required by the workflow`. */
  readonly message: string;
}

/** Maximum number of allowed values in a message. */
const maxNamed = 10;

/**
 * Checks the parameters of an execution against those that its Pipeline declares, as Tekton does when a run begins
 * (`ValidateParamTypesMatching`, `ValidateRequiredParametersProvided` and `ValidateEnumParam` in pkg/reconciler).
 *
 * @param params all parameters of the run, with the target
 */
export function checkParams({ params: declared }: Pipeline, params: Readonly<Record<string, string>>): ParamProblem[] {
  const given = new Map(Object.entries(params));
  const fails = declared.flatMap((param): ParamProblem[] => {
    const message = failureOf(param, given.get(param.name));
    return message === undefined ? [] : [{ name: param.name, kind: 'fails', message }];
  });
  const names = declared.map(({ name }) => name);
  const others = undeclaredParams([...given.keys()], names);
  return [...fails, ...others.map((name): ParamProblem => ({ name, kind: 'undeclared', message: undeclared }))];
}

/**
 * The message for a parameter that the Pipeline does not declare. Tekton does not use it, except in fields that its webhook does
 * not check, such as the volumes of a task (`ApplyParameters` in pkg/reconciler/pipelinerun/resources/apply.go).
 */
export const undeclared = 'is not declared by the workflow';

/** The parameters that a Pipeline does not declare. The target is passed to every workflow. */
export function undeclaredParams(given: readonly string[], declared: readonly string[]): string[] {
  const known = new Set([...declared, targetParameter]);
  return given.filter((name) => !known.has(name));
}

function failureOf({ type, hasDefault, values }: DeclaredParam, value: string | undefined): string | undefined {
  if (value === undefined) return hasDefault ? undefined : 'is required by the workflow';
  if (type !== 'string') return `has type ${type} in the workflow, but parameters of executions are strings`;
  if (values === undefined || value === '' || values.includes(value)) return undefined;
  return `must be one of ${joinFirst(values, maxNamed)}`;
}
