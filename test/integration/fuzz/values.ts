import fc from 'fast-check';
import document from '../../../docs/openapi.json' with { type: 'json' };
import { arrayOf, recordOf } from '../../../src/kubernetes/json.ts';
import { aSpec } from '../../../src/workflow-execution/workflow-execution.builders.ts';

/** Texts that break parsers: control characters, lone surrogates, names of Object.prototype, paths, very long ones. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\ud800',
    '\udc00x',
    '__proto__',
    'constructor',
    'toString',
    '-',
    '..',
    '../..',
    'null',
  ),
  fc.constantFrom('%', '%00', '%ff', '%2e%2e', '%2f', '${x}', '{{x}}', "' or 1=1", '<script>', '\u202e', '１２３'),
  fc.integer({ min: 1_000, max: 30_000 }).map((length) => 'x'.repeat(length)),
);

/** Any JSON value, and some that only JavaScript has. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  anyText,
  fc.constantFrom(0, -0, -1, Infinity, -Infinity, 1e308, 2 ** 53, 2 ** 31, 1e-320, 0.1, true, false, null, [], {}, [
    [],
  ]),
  fc.integer({ min: 9, max: 2_000 }).map(nested),
  fc.dictionary(anyText, anyText, { maxKeys: 100 }),
);

type Schema = Readonly<Record<string, unknown>>;
const { schemas } = document.components;

/** The paths of all fields of a schema, such as `spec.workflowRef.version`. */
function fieldsOf(schema: Schema): string[] {
  const { $ref, allOf, properties } = schema;
  const ref = typeof $ref === 'string' ? recordOf(recordOf(schemas)[$ref.split('/').at(-1) ?? '']) : undefined;
  const parts = [...(ref === undefined ? [] : [ref]), ...arrayOf(allOf).map(recordOf)];
  const own = Object.entries(recordOf(properties)).flatMap(([name, field]) => [
    name,
    ...fieldsOf(recordOf(field)).map((path) => `${name}.${path}`),
  ]);
  return [...own, ...parts.flatMap(fieldsOf)];
}

const fields = [
  ...fieldsOf(schemas.CreateWorkflowExecution),
  ...['metadata.namespace', 'metadata.finalizers', 'metadata.uid', 'metadata.labels.x', 'status', 'status.phase'],
  ...['spec.parameters.A_B', 'spec.unknown', 'unknown', '__proto__', 'spec.__proto__', 'spec.constructor'],
];

/** A valid resource with some fields replaced. */
export const brokenResource = fc
  .array(fc.tuple(fc.constantFrom(...fields), anyValue), { minLength: 1, maxLength: 3 })
  .map((changes) =>
    changes.reduce<unknown>((resource, [path, value]) => withField(resource, path.split('.'), value), {
      metadata: {},
      spec: aSpec(),
    }),
  );

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

function withField(object: unknown, [name = '', ...rest]: readonly string[], value: unknown): unknown {
  const entries = typeof object === 'object' && object !== null ? Object.entries(object) : [];
  const fields_ = new Map<string, unknown>(entries);
  fields_.set(name, rest.length === 0 ? value : withField(fields_.get(name), rest, value));
  return Object.fromEntries(fields_);
}
