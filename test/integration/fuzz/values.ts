import fc from 'fast-check';
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

const fields = [
  ...[
    'apiVersion',
    'kind',
    'metadata',
    'metadata.name',
    'metadata.namespace',
    'metadata.labels',
    'metadata.annotations',
  ],
  ...[
    'metadata.labels.x',
    'metadata.finalizers',
    'metadata.uid',
    'status',
    'status.phase',
    'spec',
    'spec.targetResource',
  ],
  ...['spec.remediationRequestRef', 'spec.remediationRequestRef.name', 'spec.workflowRef', 'spec.workflowRef.version'],
  ...['spec.workflowRef.containerImage', 'spec.workflowRef.containerDigest', 'spec.parameters', 'spec.parameters.A_B'],
  ...[
    'spec.confidence',
    'spec.rationale',
    'spec.executionConfig',
    'spec.executionConfig.timeout',
    'spec.cancelRequested',
  ],
  ...['spec.ttlSecondsAfterFinished', 'spec.unknown', 'unknown', '__proto__', 'spec.__proto__', 'spec.constructor'],
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
