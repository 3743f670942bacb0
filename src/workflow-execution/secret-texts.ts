import type { WorkflowExecution } from './generated/workflow-execution.ts';
import type { Observation } from './observation.ts';
import { masked, secretsAmong } from './secret-parameters.ts';

/** Replaces what nobody should read in a text. */
export type Mask = (text: string) => string;

/** Shorter values are parts of any text: they are taken out only where they stand in quotes. */
const shortestAnywhere = 4;

/**
 * A mask for texts that others have written about an execution: the API server and admission webhooks quote what they do not
 * like, and Tekton what it has read. It takes out the values of secret parameters, plain or written as JSON strings, and
 * without the white space around them, which admission policies trim from their messages.
 */
export function maskOf(parameters: Readonly<Record<string, string>> = {}): Mask {
  const values = secretsAmong(parameters).flatMap((value) => [value, value.trimEnd(), value.trimStart(), value.trim()]);
  const spellings = values
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((text) => text !== '');
  // The longest first: one value may be a part of another.
  const longestFirst = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce(without, text);
}

function without(text: string, secret: string): string {
  if (secret.length >= shortestAnywhere) return text.replaceAll(secret, masked);
  return ['"', "'", '`'].reduce((kept, quote) => kept.replaceAll(quote + secret + quote, quote + masked + quote), text);
}

/** How an execution stands, told without the values of its secret parameters. */
export function withoutSecretsOf({ spec }: WorkflowExecution, observation: Observation): Observation {
  const mask = maskOf(spec.parameters);
  switch (observation.phase) {
    case 'Failed':
      return { ...observation, failure: { ...observation.failure, message: mask(observation.failure.message) } };
    case 'Skipped':
      return { ...observation, skip: { ...observation.skip, message: mask(observation.skip.message) } };
    default:
      return { ...observation, message: mask(observation.message) };
  }
}
