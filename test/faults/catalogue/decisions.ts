import type { Fault } from '../fault.ts';

/** Faults of what is decided about an execution without asking anybody. */
export const decisionFaults: readonly Fault[] = [
  {
    name: 'a terminal phase is left',
    file: 'src/workflow-execution/status.ts',
    find: "return isTerminal(current) || (current === 'Running' && observed === 'Pending');",
    replace: "return current === 'Running' && observed === 'Pending';",
    caughtBy: ['src/workflow-execution/status.spec.ts'],
  },
  {
    name: 'lastTransitionTime moves with every write',
    file: 'src/workflow-execution/conditions.ts',
    find: 'previous?.status === update.status ? previous.lastTransitionTime : timestamp(context.now)',
    replace: 'timestamp(context.now)',
    caughtBy: ['src/workflow-execution/conditions.spec.ts'],
  },
  {
    name: 'a secret parameter is shown',
    file: 'src/workflow-execution/secret-parameters.ts',
    find: 'secretName.test(name) ? masked : value',
    replace: 'secretName.test(name) ? value : value',
    caughtBy: ['src/workflow-execution/secret-parameters.spec.ts', 'test/data-storage/own-events.spec.ts'],
  },
  {
    name: 'the digest of a bundle is not pinned',
    file: 'src/workflow-execution/bundle-reference.ts',
    find: 'return `${unpinned}@${containerDigest}`;',
    replace: 'return unpinned;',
    caughtBy: ['src/workflow-execution/bundle-reference.spec.ts'],
  },
  {
    name: 'the registry of an allowed bundle is not compared',
    file: 'src/workflow-execution/policy-patterns.ts',
    find: 'if (pattern.registry !== undefined && pattern.registry !== registry) return false;',
    replace: 'if (pattern.registry !== undefined && registry === undefined) return false;',
    caughtBy: ['src/workflow-execution/policy.spec.ts'],
  },
  {
    name: 'a bundle has to match every allowed pattern',
    file: 'src/workflow-execution/policy.ts',
    find: 'allowedBundles.some((pattern) => coversRepository(pattern, reference))',
    replace: 'allowedBundles.every((pattern) => coversRepository(pattern, reference))',
    caughtBy: ['src/workflow-execution/policy.spec.ts'],
  },
  {
    name: 'the end of a pattern is compared with the beginning of the text',
    file: 'src/workflow-execution/policy-patterns.ts',
    find: 'text.endsWith(tail);',
    replace: 'text.startsWith(tail);',
    caughtBy: ['src/workflow-execution/policy.spec.ts'],
  },
  {
    name: 'a target under another spelling of its kind is another target',
    file: 'src/reconciler/claims.ts',
    find: 'return target && formatTargetResource(target);',
    replace: 'return target && execution.spec.targetResource;',
    caughtBy: ['src/reconciler/claims.spec.ts'],
  },
  {
    name: 'an execution is skipped without the execution that holds its target',
    file: 'src/reconciler/observe-lock.ts',
    find: 'skippedAt: timestamp(now), conflictingExecution: { ...holder } },',
    replace: 'skippedAt: timestamp(now) },',
    caughtBy: ['src/reconciler/observe-lock.spec.ts'],
  },
];
