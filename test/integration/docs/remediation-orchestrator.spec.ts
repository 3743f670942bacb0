import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { recordedReasons } from '../../../src/audit/build-event.ts';
import { advice } from '../../../src/tekton/failure-reasons.ts';

/** `failureDetails` in the CRD of RemediationOrchestrator (api/workflowexecution/v1alpha1 of Kubernaut, August 2026). */
const failureDetails = {
  required: ['failedAt', 'failedTaskIndex', 'failedTaskName', 'message', 'naturalLanguageSummary', 'reason'],
  reasons: [
    ...['OOMKilled', 'DeadlineExceeded', 'Forbidden', 'ResourceExhausted', 'ConfigurationError', 'ImagePullBackOff'],
    ...['TaskFailed', 'UnsupportedEngine', 'Unknown', 'Deduplicated'],
  ],
};

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', '..', '..', file), 'utf8');
const guide = read('docs/guide.md');

/** The reasons of the audit trail, which are those of RemediationOrchestrator. */
const expected = Object.keys(advice).map((reason) => [reason, recordedReasons[reason as keyof typeof advice]] as const);

/** The rows of the table of the guide whose first heading is this one: the words in code style of each cell. */
function rowsOf(heading: string): readonly (readonly string[])[][] {
  const [table = ''] = guide.split(new RegExp(`^\\| \`${heading}\` .*\\n\\|[ |-]*\\n`, 'm')).slice(1);
  const [rows = ''] = table.split('\n\n');
  return rows
    .trim()
    .split('\n')
    .map((row) => row.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)));
}

describe('the mapping to RemediationOrchestrator in the guide', () => {
  const reasons = rowsOf('failure.reason').flatMap(([ours = [], theirs = []]) =>
    ours.map((reason) => [reason, theirs[0] ?? reason] as const),
  );

  it('has each failure reason, as in the audit trail, and only reasons of the CRD', () => {
    expect(Object.fromEntries(reasons)).toEqual(Object.fromEntries(expected));
    expect(reasons.filter(([, theirs]) => !failureDetails.reasons.includes(theirs))).toEqual([]);
  });

  it('has every field that the CRD requires', () => {
    const fields = rowsOf('failureDetails').flatMap(([field = []]) => field);
    expect(fields.toSorted()).toEqual(failureDetails.required);
  });
});

/** What `reasonOf` in Go returns for a reason: that of the case that lists it, otherwise the default. */
function goReasonOf(reason: string): string | undefined {
  const status = read('clients/go/kubernaut/status.go');
  const [, ...cases] = (/^func reasonOf\([^]*?^}/m.exec(status)?.[0] ?? '').split(/\bcase\b|\bdefault:/);
  const isListed = (text: string) => new RegExp(`FailureReason${reason}\\b`).test(text);
  const [, returned = ''] = /return (.+)/.exec(cases.find(isListed) ?? cases.at(-1) ?? '') ?? [];
  return returned === 'string(reason)' ? reason : new RegExp(`${returned} += "(\\w+)"`).exec(status)?.[1];
}

it.each(expected)('clients/go/kubernaut maps %s to %s, as the audit trail does', (ours, theirs) => {
  expect(goReasonOf(ours)).toBe(theirs);
});
