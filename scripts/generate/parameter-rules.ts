import { format } from 'prettier';
import type { Schema } from './crd.ts';
import { property } from './crd.ts';
import { byteRule, rulesOf, valueRule } from './validators.ts';

/** The CRD's rules on parameters, to check executions that are older than the rules. */
export async function generateParameterRules(crd: Schema): Promise<string> {
  const schema = property(crd, 'spec', 'parameters');
  const [values] = rulesOf(schema.additionalProperties ?? schema).flatMap((rule) => valueRule(rule) ?? []);
  const [bytes] = rulesOf(schema).flatMap((rule) => byteRule(rule) ?? []);
  if (values === undefined || bytes === undefined) throw new Error('expected a rule on values and one on bytes');
  const lines = [
    '// Generated from crds/ by `npm run generate`. Do not edit.',
    '/** The rule for values. */',
    `export const parameterValues = ${values} as const;`,
    '/** Maximum total size of all parameters, in bytes of UTF-8. */',
    `export const parameterBytes = ${bytes} as const;`,
  ];
  return format(lines.join('\n'), { parser: 'typescript', singleQuote: true, printWidth: 120, trailingComma: 'all' });
}
