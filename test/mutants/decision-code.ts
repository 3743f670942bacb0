/** The folders of `src/` whose unit specs run for each mutant. */
export const folders = ['audit', 'config', 'locking', 'reconciler', 'tekton', 'workflow-execution'] as const;

/**
 * The decision code, as Stryker patterns: pure functions, the lock and the reconciler steps. Modules, connections, timers and
 * processes are covered by the integration tests.
 */
export const decisionCode: readonly string[] = [
  `src/{${folders.join(',')}}/**/*.ts`,
  '!src/**/*.{spec,builders,module}.ts',
  '!src/**/generated/**',
  '!src/**/tokens.ts',
  '!src/audit/{audit-metrics,data-storage-client,logged-events}.ts',
  '!src/reconciler/{control-loop,execution-events,leadership,lock-collector,mirrors,reconciler.metrics,resync}.ts',
];
