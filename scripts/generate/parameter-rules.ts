import { format } from 'prettier';
import type { Schema } from './crd.ts';
import { property } from './crd.ts';
import { byteRule, rulesOf, valueRule } from './validators.ts';

/**
 * The rules on parameters, for executions that are older than them: the API server does not check again what it has stored.
 */
export async function generateParameterRules(crd: Schema): Promise<string> {
  const schema = property(crd, 'spec', 'parameters');
  const [values] = rulesOf(schema.additionalProperties ?? schema).flatMap((rule) => valueRule(rule) ?? []);
  const [bytes] = rulesOf(schema).flatMap((rule) => byteRule(rule) ?? []);
  if (values === undefined || bytes === undefined) throw new Error('parameters have a rule on values and one on bytes');
  const lines = [
    '// Generated from crds/ by `npm run generate`. Do not edit.',
    '/** What every value of a parameter must be. */',
    `export const parameterValues = ${values} as const;`,
    '/** The most bytes of UTF-8 that all parameters together may have. */',
    `export const parameterBytes = ${bytes} as const;`,
  ];
  return format(lines.join('\n'), { parser: 'typescript', singleQuote: true, printWidth: 120, trailingComma: 'all' });
}
