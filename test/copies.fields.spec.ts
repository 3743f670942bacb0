import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { accessLogLine } from '../src/api/call/access-log.ts';
import { ExecutionFilter, ListFilter } from '../src/api/executions/list-filter.ts';
import { anEndedExecution, times } from '../src/audit/audit.builders.ts';
import { auditEvent } from '../src/audit/build-event.ts';
import type { Cooldown } from '../src/locking/lock-record.ts';
import { aCooldown } from '../src/locking/replica.builders.ts';

// Columns, fields and checks that pages and other languages repeat. Names and values: copies.spec.ts.

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** The words in code style. */
const wordsOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

/** The last cell of the row of a table that has this text in code style in another cell. */
function lastCell(page: string, text: string): string {
  const row = read(page)
    .split('\n')
    .find((line) => line.startsWith('|') && line.includes(`| \`${text}\``));
  return row?.split('|').at(-2) ?? '';
}

it('docs/guide.md has the columns of kubectl get', () => {
  const crd = read('crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml');
  const [, block = ''] = /additionalPrinterColumns:\n([^]*?)\n +schema:/.exec(crd) ?? [];
  const columns = [...block.matchAll(/name: (\w+),(.*)/g)].map(([, name = '', rest = '']) => ({
    name: name.toUpperCase(),
    isWide: rest.includes('priority: 1'),
  }));
  const namesOf = (isWide: boolean) => columns.filter((column) => column.isWide === isWide).map(({ name }) => name);
  const guide = read('docs/guide.md');
  const [, shown = ''] = /\$ kubectl get wfe\n(.*)/.exec(guide) ?? [];
  const [, wide = ''] = /`-o wide` adds ([^.]*)\./.exec(guide) ?? [];

  expect(shown.trim().split(/ +/)).toEqual(['NAME', ...namesOf(false)]);
  expect(wide.split(/,? and |, /)).toEqual(namesOf(true));
});

const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

it.each([
  ['lists', /- \*\*Filters\*\* ([^]*?)\n- /, 'ListWorkflowExecutionsRequest', Object.keys(new ListFilter())],
  [
    'watches',
    /- Scope: .*the filters ([^]*?)\n- /,
    'WatchWorkflowExecutionsRequest',
    Object.keys(new ExecutionFilter()),
  ],
] as const)('docs/api.md and the proto have the filters of %s', (_, list, message, filters) => {
  const [, text = ''] = list.exec(read('docs/api.md')) ?? [];
  const named = wordsOf(text).map((word) => word.replaceAll(/^\?|=.*$/gs, ''));
  const proto = read('proto/kubernaut/workflowexecution/v1/workflow_execution.proto');
  const [, fields = ''] = new RegExp(`^message ${message} \\{([^]*?)^\\}`, 'm').exec(proto) ?? [];

  expect(filters.length).toBeGreaterThan(2);
  expect(named.toSorted()).toEqual(filters.toSorted());
  expect(filters.filter((name) => !new RegExp(` ${snakeCase(name)}s? = `).test(fields))).toEqual([]);
});

it('docs/audit.md lists what `parameters` has besides those of the execution', () => {
  const execution = anEndedExecution({
    spec: { overrideCooldownReason: 'The first attempt was interrupted' },
    status: { results: [{ name: 'NAME', value: '1' }] },
  });
  const added = (['accepted', 'started', 'ended'] as const).flatMap((kind) =>
    Object.keys(auditEvent(execution, { kind, time: times.ended }).event_data.parameters ?? {}),
  );

  expect(new Set(wordsOf(lastCell('docs/audit.md', 'parameters')))).toEqual(new Set(added));
});

it('docs/logging.md lists the fields of the access log', () => {
  const execution = { namespace: 'payment', name: 'we-1', uid: 'u-1' };
  const remote = { transport: 'REST', address: '127.0.0.1' } as const;
  const line = accessLogLine({ verb: 'create', remote, caller: undefined, result: 'OK', requestId: 'r', ...execution });
  // Lines about an execution have these.
  const common = ['msg', 'execution', 'uid'];

  expect(wordsOf(lastCell('docs/logging.md', 'create OK'))).toEqual(
    Object.keys(line).filter((field) => !common.includes(field)),
  );
});

it('kubectl wfe reads what is stored of a cooldown, except for the repository', () => {
  const stored: Required<Cooldown> = { ...aCooldown('first', new Date(0)), repository: 'quay.io/kubernaut/restart' };
  const [, fields = ''] = /^type Cooldown struct \{([^}]*)/m.exec(read('clients/go/internal/lock/lock.go')) ?? [];
  const keys = [...fields.matchAll(/json:"(\w+)"/g)].map(([, key = '']) => key);

  expect([...keys, 'repository'].toSorted()).toEqual(Object.keys(stored).toSorted());
});

const checks = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.spec.ts'] }).flatMap((file) =>
  [...read(file).matchAll(/\bresult\('(\w+)'/g)].map(([, name = '']) => name),
);

it('finds the checks of the health pages', () => expect(new Set(checks).size).toBeGreaterThan(3));

// Those of caches: test/integration/operations/health.int-spec.ts.
it.each([...new Set(checks)])('docs/operations.md names the check %s of the health pages', (name) => {
  const [, table = ''] = /^(\| page .*)/ms.exec(read('docs/operations.md')) ?? [];
  expect(table.split('\n\n')[0]).toContain(`\`${name}\``);
});
