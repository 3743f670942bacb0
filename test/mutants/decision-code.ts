/** The folders of `src/` whose unit specs run for each mutant. */
export const folders = ['audit', 'config', 'locking', 'reconciler', 'tekton', 'workflow-execution'] as const;

/**
 * The code that decides, as patterns of Stryker: pure functions, the lock, and the steps of the reconciler. What only
 * connects this code to the world (Nest modules, connections, timers, processes) is proven by the integration tests.
 */
export const decisionCode: readonly string[] = [
  `src/{${folders.join(',')}}/**/*.ts`,
  '!src/**/*.{spec,builders,module}.ts',
  '!src/**/generated/**',
  '!src/**/tokens.ts',
  '!src/audit/{audit-metrics,data-storage-client,logged-events}.ts',
  '!src/reconciler/{control-loop,execution-events,leadership,lock-collector,mirrors,reconciler.metrics,resync}.ts',
];
