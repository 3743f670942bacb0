import { globSync, readFileSync } from 'node:fs';
import { pauseAnnotation } from '../src/pauses/pause.ts';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect, it } from '@jest/globals';
import { errorTable } from '../src/api/errors/error-table.ts';
import { settings } from '../src/config/settings.ts';
import { cooldownsAnnotation, lockLabel, lockNamePrefix, targetAnnotation } from '../src/locking/lock-lease.ts';
import { leaderLeaseName } from '../src/reconciler/installation.ts';
import { pipelineRunFinalizer, pipelineRunLabels } from '../src/tekton/build-pipeline-run.ts';
import { parseDurationMs } from '../src/workflow-execution/duration.ts';
import { finalizer, ownAnnotations, requestLabel } from '../src/workflow-execution/metadata.ts';
import { runningReasons, taskWaits } from '../src/workflow-execution/observation.ts';

// Names and values of src that files outside it repeat. Fields: copies.fields.spec.ts. Limits: src/config/limits.spec.ts.

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The quoted names of labels, annotations and finalizers in a manifest. */
function namesIn(file: string): ReadonlySet<string> {
  return new Set(
    [...read(file).matchAll(/'((?:workflowexecution\.)?kubernaut\.ai\/[a-z-]+)'/g)].map(([, name = '']) => name),
  );
}

it.each([
  ['deploy/base/attestation.yaml', [...Object.values(ownAnnotations), requestLabel, finalizer]],
  ['deploy/base/pipeline-runs.yaml', [...Object.values(pipelineRunLabels), pipelineRunFinalizer]],
])('%s protects exactly the names that the service sets', (file, names) => {
  expect(namesIn(file)).toEqual(new Set(names));
});

it('docs/gitops.md names every setting that deletes executions', () => {
  const page = read('docs/gitops.md');
  const deleting = Object.values(settings)
    .map(({ variable }) => variable)
    .filter((name) => /^WFE_TTL_|^WFE_HISTORY_LIMIT$/.test(name));

  expect(deleting.length).toBeGreaterThanOrEqual(4);
  expect(deleting.filter((name) => !page.includes(name))).toEqual([]);
});

it.each([
  'deploy/components/monitoring/rules.yaml',
  'docs/operations.md',
  'docs/runbooks/WorkflowExecutionLockHeldTooLong.md',
])('%s selects locks by their label', (file) => {
  expect(read(file)).toContain(`-l ${lockLabel.name}=${lockLabel.value}`);
});

it.each([`${lockLabel.name}=${lockLabel.value}`, targetAnnotation, cooldownsAnnotation, lockNamePrefix])(
  'kubectl wfe reads locks by the name %s',
  (name) => {
    expect(read('clients/go/internal/lock/lock.go')).toContain(`"${name}"`);
  },
);

it('kubectl wfe reads who created an execution from its annotation', () => {
  expect(read('clients/go/cmd/kubectl-wfe/why.go')).toContain(`"${ownAnnotations.createdBy}"`);
});

it.each(['docs/operations.md', 'docs/runbooks/WorkflowExecutionNoLeader.md'])(
  '%s reads the Lease of the leader',
  (file) => {
    expect(read(file)).toContain(`get lease ${leaderLeaseName} `);
  },
);

it('docs/guide.md explains exactly the reasons of a Running execution that waits', () => {
  const [, table = ''] =
    /the reason of the condition `Ready` says[^]*?\n\n([^]*?)\n\n/.exec(read('docs/guide.md')) ?? [];
  const rows = [...table.matchAll(/^\| (`[^|]+`)/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
  expect(rows.toSorted()).toEqual(runningReasons.toSorted());
});

it('kubectl wfe knows what a task may wait for', () => {
  expect(read('clients/go/cmd/kubectl-wfe/next.go')).toContain(`case "${taskWaits.join('", "')}":`);
});

/** The values of a union of texts; by default of one that is generated from an enum of the CRD. */
function valuesOf(type: string, file = 'generated/workflow-execution.ts'): readonly string[] {
  const types = read(`src/workflow-execution/${file}`);
  const [, union = ''] = new RegExp(`export type ${type} =([^;]+);`).exec(types) ?? [];
  return [...union.matchAll(/'(\w+)'/g)].map(([, value = '']) => value);
}

const goMapping = 'clients/go/kubernaut/message.go';

it.each([
  ['docs/guide.md', 'FailureReason', (value: string) => `\`${value}\``],
  ['docs/guide.md', 'SkipReason', (value: string) => `| \`${value}\` `],
  ['docs/guide.md', 'Phase', (value: string) => `| ${value} `],
  ['docs/operations.md', 'SkipReason', (value: string) => `\`${value}\``],
  ['docs/runbooks/WorkflowExecutionFailures.md', 'FailureReason', (value: string) => `\`${value}\``],
  ['docs/runbooks/WorkflowExecutionSkips.md', 'SkipReason', (value: string) => `- \`${value}\``],
  ['scripts/generate/dashboard/executions.ts', 'SkipReason', (value: string) => `${value}: `],
  [goMapping, 'FailureReason', (value: string) => `v1alpha1.FailureReason${value},`],
  [goMapping, 'SkipReason', (value: string) => `v1alpha1.SkipReason${value},`],
  [goMapping, 'Phase', (value: string) => `v1alpha1.Phase${value},`],
])('%s has every %s', (file, type, quote) => {
  const [values, text] = [valuesOf(type), read(file)];
  expect(values.length).toBeGreaterThan(2);
  expect(values.filter((one) => !text.includes(quote(one)))).toEqual([]);
});

it.each(valuesOf('FailureReason'))('kubectl wfe why decides what helps most after a failure %s', (reason) => {
  expect(read('clients/go/cmd/kubectl-wfe/next.go')).toMatch(new RegExp(`v1alpha1\\.FailureReason${reason}[,:]`));
});

it.each(valuesOf('ConditionType', 'conditions.ts'))('docs/guide.md and the Go types have the condition %s', (type) => {
  expect(read('docs/guide.md')).toContain(`| \`${type}\` `);
  expect(read('clients/go/api/v1alpha1/workflowexecution.go')).toContain(`Condition${type} = "${type}"`);
});

it('docs/audit.md lists the reasons of the condition AuditRecorded', () => {
  const reasons = [...read('src/audit/audit-condition.ts').matchAll(/reason: '(\w+)'/g)].map(
    ([, reason = '']) => reason,
  );
  expect(reasons.length).toBeGreaterThan(4);
  const page = read('docs/audit.md');
  expect(reasons.filter((reason) => !page.includes(` | \`${reason}\` `))).toEqual([]);
});

it.each(Object.values(errorTable).map(({ grpc, http }) => [status[grpc], http] as const))(
  'docs/api.md lists the error %s, %d over REST',
  (code, http) => {
    expect(read('docs/api.md')).toMatch(new RegExp(`^\\| (\`${code}\`)? +\\| ${http} `, 'm'));
  },
);

const eventReasons = [...read('src/reconciler/reporting/event-of.ts').matchAll(/(?:reason: |\[)'([A-Z]\w+)'/g)];

it('finds the reasons of Events', () => expect(eventReasons.length).toBeGreaterThan(3));

it.each(eventReasons.map(([, reason = '']) => reason))('docs/operations.md lists the Event %s', (reason) => {
  expect(read('docs/operations.md')).toMatch(new RegExp(`^\\| (Normal|Warning) .*\`${reason}\``, 'm'));
});

const bySetting = new Map(Object.values(settings).map((setting) => [setting.variable as string, setting]));

/** The setting as its default is quoted: `5 min`, `10,000`. */
const value = String.raw`(?<amount>\d[\d,]*) ?(?<unit>ms|s|min(?:utes?)?|m|h|days?)?`;
const name = String.raw`\`?(?<variable>WFE_[A-Z_]+)\`?`;
const defaultQuotes = [new RegExp(`${name} \\(${value}\\)`, 'g'), new RegExp(`${value} \\(${name}\\)`, 'g')];
const boundQuote = new RegExp(String.raw`${name} \(at most (?<bound>\w+)\)`, 'g');
const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Environment variables that are no settings of the service: of the examples and of the tests. */
const otherVariables = /^WFE_(URL|GRPC|TOKEN|CA_FILE|CLIENT_NAMESPACE|CLUSTER_\w+|TEST_\w+|UPDATE_GOLDEN)$/;

const files = globSync(
  [
    'README.md',
    'docs/**/*.{md,json}',
    '{crds,proto,deploy,examples}/**/*.*',
    'clients/**/*.{go,md}',
    '{demo,scripts}/**/*.ts',
  ],
  { cwd: root, exclude: ['docs/adr/**', '**/node_modules/**', '**/*.binpb'] },
);
const texts = files.map((file) => [file, read(file).replaceAll(/\s+(?:(?:\/\/|#) )?/g, ' ')] as const);

/** The number of a quoted default, in milliseconds if it is a time. */
function numberOf(amount: string, unit: string | undefined): number {
  return (
    Number(amount.replaceAll(',', '')) * (unit === undefined ? 1 : unit === 'ms' ? 1 : (units[unit.charAt(0)] ?? NaN))
  );
}

const quotedDefaults = texts.flatMap(([file, text]) =>
  defaultQuotes
    .flatMap((quote) => [...text.matchAll(quote)])
    .map(({ 0: quote, groups: { variable = '', amount = '', unit } = {} }) => ({
      file,
      quote,
      variable,
      amount,
      unit,
    })),
);

it('finds the quoted defaults', () => expect(quotedDefaults.length).toBeGreaterThan(15));

it.each(quotedDefaults)('$file quotes the default of a setting: $quote', ({ variable, amount, unit }) => {
  const text = bySetting.get(variable)?.default ?? '';
  expect(numberOf(amount, unit)).toBe(unit === undefined ? Number(text) : parseDurationMs(text));
});

it.each(
  texts.flatMap(([file, text]) =>
    [...text.matchAll(boundQuote)].map(({ groups: { variable = '', bound = '' } = {} }) => [file, variable, bound]),
  ),
)('%s quotes the maximum of %s: %s', (_file, variable = '', bound = '') => {
  expect(bySetting.get(variable)?.rule.allowed).toContain(` to ${bound} `);
});

it('files outside src/ name only labels, annotations and finalizers that exist', () => {
  const names: ReadonlySet<string> = new Set([
    ...[...Object.values(ownAnnotations), requestLabel, finalizer, pipelineRunFinalizer],
    ...[...Object.values(pipelineRunLabels), lockLabel.name, targetAnnotation, cooldownsAnnotation],
    pauseAnnotation,
    // Of namespaces (deploy/base/api/network-policy.yaml), and of the demo.
    ...['kubernaut.ai/workflow-execution-client', 'workflowexecution.kubernaut.ai/demo'],
  ]);
  const unknown = texts.flatMap(([file, text]) =>
    [...text.matchAll(/(?<![\w./-])(?:workflowexecution\.)?kubernaut\.ai\/(?!v1)[a-z-]*[a-z]\b/g)]
      .filter(([name]) => !names.has(name))
      .map(([name]) => `${file}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

it('files outside src/ name only settings that exist', () => {
  const unknown = texts.flatMap(([file, text]) =>
    [...text.matchAll(/\bWFE_[A-Z_]*[A-Z]\b/g)]
      .filter(([variable]) => !bySetting.has(variable) && !otherVariables.test(variable))
      .map(([variable]) => `${file}: ${variable}`),
  );
  expect(unknown).toEqual([]);
});

/** A constant of a source file that need not be exported: `const graceMs = 10_000;`. */
function constant(file: string, name: string): number {
  const [, factors = ''] = new RegExp(`const ${name} = ([\\d_ *]+);`).exec(read(`src/${file}`)) ?? [];
  return factors.split('*').reduce((product, factor) => product * Number.parseInt(factor.replaceAll('_', ''), 10), 1);
}

const seconds = (file: string, name: string) => `${constant(file, name) / 1_000} s`;
const writesPerSecond =
  constant('reconciler/cleanup/history-cleanup.ts', 'maxWrites') /
  (constant('reconciler/cleanup/history-cleanup.ts', 'periodMs') / 1_000);

it.each([
  ['docs/api.md', `(410) after ${seconds('api/executions/list.service.ts', 'catchUpMs')}`],
  ['docs/api.md', `${constant('kubernetes/watch-history.ts', 'maxTombstones').toLocaleString('en')} deletions ago`],
  ['docs/api.md', `within ${seconds('api/logs/log-merge.ts', 'graceMs')})`],
  ['docs/guide.md', `(a task after ${seconds('reconciler/pipelinerun/run-progress.ts', 'graceMs')})`],
  ['docs/guide.md', `one change in ${seconds('reconciler/pipelinerun/run-progress.ts', 'reportMs')}`],
  ['docs/guide.md', `at most ${constant('workflow-execution/results.ts', 'maxResultBytes')} bytes`],
  ['docs/logging.md', `every ${seconds('kubernetes/kubernetes.providers.ts', 'progressMs')} until a cache is complete`],
  ['docs/operations.md', `checked every ${seconds('connections/server-certificate.ts', 'readEveryMs')}`],
  ['docs/operations.md', `${constant('connections/paced-queue.ts', 'callsPerTurn')} new calls of each transport`],
  [
    'docs/operations.md',
    `${constant('api/executions/paced-reads.ts', 'scannedPerTurn').toLocaleString('en')} cached executions`,
  ],
  ['docs/operations.md', `At most ${writesPerSecond} a second are deleted`],
  ['docs/operations.md', `more than ${constant('workflow-execution/metadata.ts', 'maxCreationMs') / 60_000} minutes`],
])('%s quotes a constant: %s', (file, text) => {
  expect(read(file).replaceAll(/\s+/g, ' ')).toContain(text);
});

const minutes = (duration: string) => (parseDurationMs(duration) ?? NaN) / 60_000;
const settingsMap = /^ {2}name: (.+)$/m.exec(read('deploy/base/settings.yaml'))?.[1] ?? '';

it.each([
  ['clients/go/cmd/kubectl-wfe/locks.go', `defaultCooldown = ${minutes(settings.cooldownMs.default)} * time.Minute`],
  ['clients/go/cmd/kubectl-wfe/locks.go', `settingsName = "${settingsMap}"`],
  ['clients/go/cmd/kubectl-wfe/locks.go', `leaderName = "${leaderLeaseName}"`],
  ['clients/go/README.md', `the Lease \`${leaderLeaseName}\``],
  ['clients/go/cmd/kubectl-wfe/factory.go', `os.Getenv("WFE_NAMESPACE"), "${settings.namespace.default}")`],
  ['clients/go/README.md', `default \`${settings.namespace.default}\``],
  [
    'deploy/components/monitoring/rules.yaml',
    `kubernaut_audit_events_pending{job="workflow-execution"}) > ${Number(settings.auditMaxPending.default) / 2} `,
  ],
])('%s says: %s', (file, text) => {
  expect(read(file).replaceAll(/\s+/g, ' ')).toContain(text);
});
