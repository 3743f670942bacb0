/** The folders of `src/` whose unit specs run for each mutant. */
export const folders = ['audit', 'config', 'locking', 'reconciler', 'targets', 'tekton', 'workflow-execution'] as const;

/** Unit specs that do not run for mutants: this one replaces the timers of the process. */
export const excludedSpecs: readonly string[] = ['src/reconciler/resync.spec.ts'];

/**
 * The decision code, as Stryker patterns: pure functions, the lock and the reconciler steps. Modules, connections, timers and
 * processes are covered by the integration tests.
 */
export const decisionCode: readonly string[] = [
  ...folders.map((folder) => `src/${folder}/**/*.ts`),
  '!src/**/*.{spec,builders,metrics,module}.ts',
  '!src/**/generated/**',
  '!src/**/tokens.ts',
  '!src/audit/data-storage-client.ts',
  '!src/audit/delivery-metrics.ts',
  '!src/audit/logged-events.ts',
  '!src/reconciler/control-loop.ts',
  '!src/reconciler/informers.ts',
  '!src/reconciler/leadership.ts',
  '!src/reconciler/reporting/execution-events.ts',
  '!src/reconciler/resync.ts',
  '!src/targets/targets.ts',
];
