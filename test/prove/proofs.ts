/** One of the long proofs that `npm run prove` runs. */
export interface Proof {
  readonly name: string;
  /** What it proves, in one sentence. */
  readonly proves: string;
  readonly run: ProofRun;
  /** Whether it needs the cluster that proofs share, if only to know whether pods can run on this machine. */
  readonly cluster?: 'shared';
  /** Left out when all are run. */
  readonly onlyByName?: true;
}

/** How a proof is run: by Jest with these arguments, or by Node.js. */
export type ProofRun = { readonly jest: readonly string[] } | { readonly node: readonly string[] };

/** All proofs, in the order in which they are run. */
export const proofs: readonly Proof[] = [
  {
    name: 'tools',
    proves: 'The local cluster, the fake data storage service, the benchmarks and the checkers do what tests rely on.',
    run: { jest: ['test/(cluster|data-storage|drill|image|prove|storm)/.*prove-spec', 'bench/.+/.*prove-spec'] },
  },
  {
    name: 'alerts',
    proves: 'Every alert fires when it has to and stays silent otherwise, by promtool.',
    run: { jest: ['test/prometheus/alerts'] },
  },
  {
    name: 'coverage',
    proves: 'Unit and integration tests cover 85 % of the lines and 80 % of the branches of src/.',
    run: { jest: ['--coverage', '--selectProjects=unit', '--selectProjects=integration'] },
    cluster: 'shared',
  },
  {
    name: 'faults',
    proves: 'Every planted fault makes a test fail.',
    run: { node: ['test/faults/cli.ts'] },
  },
  {
    name: 'docs',
    proves: 'The commands in docs/ work as they stand.',
    run: { jest: ['test/integration/docs'] },
    cluster: 'shared',
  },
  {
    name: 'browser',
    proves: 'Swagger UI works in a browser: authorize, create, read.',
    run: { jest: ['test/integration/swagger-ui'] },
    cluster: 'shared',
  },
  {
    name: 'fuzz',
    proves: 'No request over REST or gRPC, however malformed, makes the service fail or keep memory.',
    run: { jest: ['test/integration/fuzz'] },
    cluster: 'shared',
  },
  {
    name: 'thousand-creates',
    proves: 'A thousand creates with repeated request ids under connection cuts make one execution for each id.',
    run: { jest: ['test/integration/execution/thousand-creates'] },
    cluster: 'shared',
  },
  {
    name: 'reflector-chaos',
    proves: 'After random faults a reflector has what the API server has, and has reported each change of it.',
    run: { jest: ['test/integration/kubernetes/reflector-chaos'] },
    cluster: 'shared',
  },
  {
    name: 'slow-reader',
    proves: 'A slow reader of a watch gets the latest states, and nothing is buffered for it.',
    run: { jest: ['test/integration/execution/slow-reader'] },
    cluster: 'shared',
  },
  {
    name: 'connections',
    proves:
      'Connections end in time and leave no memory behind, and TLS has the intermediate profile of Mozilla (sslyze).',
    run: { jest: ['test/integration/execution/connections.prove'] },
    cluster: 'shared',
  },
  {
    name: 'memory',
    proves: 'The process that the image starts gives the memory of its first lists back.',
    run: { jest: ['test/integration/observability/memory'] },
    cluster: 'shared',
  },
  {
    name: 'poison',
    proves: 'Objects of an older schema and absurd statuses stop no other execution.',
    run: { jest: ['test/integration/reconciler/poison'] },
    cluster: 'shared',
  },
  {
    name: 'traces',
    proves: 'A real collector receives one trace from the caller of the API to the steps in Tekton.',
    run: { jest: ['test/integration/observability/traces'] },
    cluster: 'shared',
  },
  {
    name: 'failure-reasons',
    proves: 'Runs that fail in real pods get the reason for which they failed.',
    run: { jest: ['test/e2e/failure-reasons'] },
    cluster: 'shared',
  },
  {
    name: 'run-end',
    proves: 'An execution ends only when no container of its run works any more, whatever Tekton leaves behind.',
    run: { jest: ['test/e2e/run-end'] },
    cluster: 'shared',
  },
  {
    name: 'logs',
    proves: 'Logs of real pods are followed, merged, cut and refused as documented.',
    run: { jest: ['test/e2e/logs'] },
    cluster: 'shared',
  },
  {
    name: 'examples',
    proves: 'The client examples get the outcome while the service is killed.',
    run: { jest: ['test/e2e/examples'] },
    cluster: 'shared',
  },
  {
    name: 'demo',
    proves: 'The demo runs three executions, serves until Ctrl-C and leaves nothing behind.',
    run: { jest: ['test/e2e/demo'] },
    cluster: 'shared',
  },
  {
    name: 'image',
    proves: 'The image, deployed from the shipped manifests, runs executions, and can be removed without a trace.',
    run: { jest: ['test/e2e/deployment'] },
    cluster: 'shared',
  },
  {
    name: 'api-server-restart',
    proves: 'Watches go on after the API server was restarted, killed or frozen, and after it answered 410.',
    run: { jest: ['test/integration/kubernetes/api-server-restart'] },
  },
  {
    name: 'operators',
    proves: 'The overlays are valid for the CRDs of cert-manager and the Prometheus operator.',
    run: { jest: ['test/integration/deploy/operators'] },
  },
  {
    name: 'upgrade',
    proves: 'An older version goes on with what a newer one has written, and keeps fields that it does not know.',
    run: { jest: ['test/integration/upgrade/version-skew'] },
  },
  {
    name: 'restore',
    proves: 'After a cluster was restored from a backup, executions go on and nothing runs twice.',
    run: { jest: ['test/integration/upgrade/restore'] },
  },
  {
    name: 'drills',
    proves:
      'No call fails for good and no execution is lost in any drill (short forms; npm run drill is the full one).',
    run: { node: ['test/drill/cli.ts', '--quick'] },
  },
  {
    name: 'bench',
    proves: 'The service is not a factor slower than it was and makes no needless write (npm run bench measures it).',
    run: { jest: ['bench/bench'] },
  },
  {
    name: 'audit-chaos',
    proves: 'The audit trail of 1,000 executions is complete although data storage fails and the service is killed.',
    run: { jest: ['test/audit-storm/audit-storm'] },
  },
  {
    name: 'chaos',
    proves:
      'One run per target, and true outcomes, for 300 executions while replicas and the API server are killed and somebody interferes.',
    run: { node: ['test/storm/cli.ts'] },
  },
  {
    name: 'chaos-defences',
    proves: 'With each defence against interference switched off, the chaos checker finds what goes wrong.',
    run: { node: ['test/storm/defences/cli.ts'] },
  },
  {
    name: 'mutants',
    proves: 'Unit tests kill 95 % of the mutants of the decision code.',
    run: { node: ['test/mutants/run.ts'] },
    onlyByName: true,
  },
];
