/** A long proof. */
export interface Proof {
  readonly name: string;
  /** Approximate duration on two idle cores; omitted for proofs that run only by name. */
  readonly seconds?: number;
  /** Requirements beyond `npm test`; pods need Linux and root (README.md). */
  readonly needs?: string;
  /** The claim in one sentence. */
  readonly proves: string;
  readonly run: ProofRun;
  /** Whether it needs the shared cluster, if only to know whether pods can run on this machine. */
  readonly cluster?: 'shared';
  /** Excluded when all are run. */
  readonly onlyByName?: true;
}

/** Arguments of Jest or of Node.js. */
export type ProofRun = { readonly jest: readonly string[] } | { readonly node: readonly string[] };

/** All proofs in order of execution. */
export const proofs: readonly Proof[] = [
  {
    name: 'tools',
    seconds: 40,
    proves: 'The local cluster, the fake data storage service, the benchmarks and the checkers do what tests rely on.',
    run: { jest: ['test/(cluster|data-storage|drill|image|prove|chaos)/.*prove-spec', 'bench/.+/.*prove-spec'] },
  },
  {
    name: 'alerts',
    seconds: 42,
    needs: 'Go',
    proves: 'Every alert fires when it should and only then, by promtool.',
    run: { jest: ['test/prometheus/alerts'] },
  },
  {
    name: 'gitops',
    seconds: 4,
    needs: 'Go',
    proves: 'kstatus (Flux, kpt), the health script of Argo CD and kubectl wait know every phase of an execution.',
    run: { jest: ['test/gitops'] },
    cluster: 'shared',
  },
  {
    name: 'coverage',
    seconds: 150,
    proves:
      'Unit tests, and the integration tests that run most of the service in their process, cover 85 % of the lines and 80 % of the branches of src/.',
    run: {
      jest: [
        // --selectProjects takes all that follows.
        ...['src/.*\\.spec\\.ts$', 'test/integration/api/(log-keep-alive|watch)', 'reconciler/target-locks'],
        ...['--coverage', '--selectProjects=unit', '--selectProjects=integration'],
      ],
    },
    cluster: 'shared',
  },
  {
    name: 'faults',
    seconds: 158,
    proves: 'Every planted fault makes a test fail.',
    run: { node: ['test/faults/cli.ts'] },
  },
  {
    name: 'docs',
    seconds: 7,
    proves: 'The commands in docs/ work unchanged.',
    run: { jest: ['test/integration/docs'] },
    cluster: 'shared',
  },
  {
    name: 'browser',
    seconds: 18,
    proves: 'Swagger UI works in a browser: authorize, create, read.',
    run: { jest: ['test/integration/swagger-ui'] },
    cluster: 'shared',
  },
  {
    name: 'clients',
    seconds: 48,
    needs: 'Go and Python',
    proves: 'The OpenAPI document says what the service does (schemathesis), and clients of four generators work.',
    run: { jest: ['test/integration/clients'] },
    cluster: 'shared',
  },
  {
    name: 'go-client',
    seconds: 110,
    needs: 'Go',
    proves:
      'The Go client and the example controller run each workflow once while replicas are replaced, connections are cut and the controller is killed; Go code passes vet, staticcheck and its tests.',
    run: { jest: ['test/go-client'] },
  },
  {
    name: 'fuzz',
    seconds: 37,
    proves: 'No malformed request over REST or gRPC makes the service fail, and none over REST leaks memory.',
    run: { jest: ['test/integration/fuzz'] },
    cluster: 'shared',
  },
  {
    name: 'thousand-creates',
    seconds: 14,
    proves: 'A thousand creates with repeated request ids under connection failures create one execution per id.',
    run: { jest: ['test/integration/api/thousand-creates'] },
    cluster: 'shared',
  },
  {
    name: 'reflector-chaos',
    seconds: 20,
    proves: 'After random faults a reflector matches the API server and has reported each change.',
    run: { jest: ['test/integration/kubernetes/reflector-chaos'] },
    cluster: 'shared',
  },
  {
    name: 'slow-reader',
    seconds: 20,
    proves: 'A slow reader of a watch gets the latest states, without unbounded buffers.',
    run: { jest: ['test/integration/api/slow-reader'] },
    cluster: 'shared',
  },
  {
    name: 'connections',
    seconds: 45,
    proves:
      'Connections end in time and leak no memory, and TLS complies with the intermediate profile of Mozilla (sslyze).',
    run: { jest: ['test/integration/api/connections.prove'] },
    cluster: 'shared',
  },
  {
    name: 'attack',
    seconds: 400,
    proves:
      'Under attack the service is live and within its memory limit, the leader keeps its Lease, and legitimate clients are served.',
    run: { node: ['test/attack/cli.ts'] },
  },
  {
    name: 'oidc',
    seconds: 20,
    proves: 'A person with a token of the OIDC provider of the cluster creates an execution under their own name.',
    run: { jest: ['test/integration/api/oidc'] },
  },
  {
    name: 'memory',
    seconds: 16,
    proves: 'The service compacts its heap after the initial lists.',
    run: { jest: ['test/integration/observability/memory'] },
    cluster: 'shared',
  },
  {
    name: 'poison',
    seconds: 19,
    proves: 'Objects of an older schema and invalid statuses affect no other execution.',
    run: { jest: ['test/integration/reconciler/poison'] },
    cluster: 'shared',
  },
  {
    name: 'traces',
    seconds: 10,
    proves: 'A real collector receives one trace from the API caller to the Tekton steps.',
    run: { jest: ['test/integration/observability/traces'] },
    cluster: 'shared',
  },
  {
    name: 'failure-reasons',
    seconds: 39,
    needs: 'pods',
    proves: 'Runs that fail in real pods get the right failure reason.',
    run: { jest: ['test/e2e/failure-reasons'] },
    cluster: 'shared',
  },
  {
    name: 'run-end',
    seconds: 75,
    needs: 'pods',
    proves: 'An execution ends only when no container of its run is running, even if Tekton leaves something behind.',
    run: { jest: ['test/e2e/run-end'] },
    cluster: 'shared',
  },
  {
    name: 'logs',
    seconds: 103,
    needs: 'pods',
    proves: 'Logs of real pods are followed, merged, truncated and refused as documented.',
    run: { jest: ['test/e2e/logs'] },
    cluster: 'shared',
  },
  {
    name: 'examples',
    seconds: 90,
    needs: 'pods',
    proves:
      'The client examples get the outcome while the service is killed, and the example workflow restarts a Deployment.',
    run: { jest: ['test/e2e/example'] },
    cluster: 'shared',
  },
  {
    name: 'neighbours',
    seconds: 60,
    needs: 'pods and Go',
    proves:
      'Executions run, are recorded once and are read by kstatus where pods are restricted and the registry is private.',
    run: { jest: ['test/e2e/neighbours'] },
    cluster: 'shared',
  },
  {
    name: 'demo',
    seconds: 51,
    needs: 'pods',
    proves:
      'The demo runs executions that complete, fail and are skipped, serves until Ctrl-C and cleans up, on any cluster.',
    run: { jest: ['test/e2e/demo'] },
    cluster: 'shared',
  },
  {
    name: 'release',
    seconds: 240,
    needs: 'pods, buildah, Go and Python',
    proves:
      'A release can be made again byte for byte, and its manifests and its chart, which are the same, run executions, upgrade and uninstall completely.',
    run: { jest: ['test/release'] },
    cluster: 'shared',
  },
  {
    name: 'api-server-restart',
    seconds: 46,
    proves: 'Watches continue after the API server was restarted, killed or frozen, and after a 410 response.',
    run: { jest: ['test/integration/kubernetes/api-server-restart'] },
  },
  {
    name: 'operators',
    seconds: 40,
    proves: 'The overlays are valid for the CRDs of cert-manager and the Prometheus operator.',
    run: { jest: ['test/integration/deploy/operators'] },
  },
  {
    name: 'upgrade',
    seconds: 15,
    proves: 'An older version handles objects of a newer one and preserves unknown fields.',
    run: { jest: ['test/integration/upgrade/version-skew'] },
  },
  {
    name: 'restore',
    seconds: 30,
    proves: 'After a cluster was restored from a backup, executions continue and nothing runs twice.',
    run: { jest: ['test/integration/upgrade/restore'] },
  },
  {
    name: 'drills',
    seconds: 238,
    proves:
      'No call fails permanently and no execution is lost in any drill (short forms; npm run drill is the full one).',
    run: { node: ['test/drill/cli.ts', '--quick'] },
  },
  {
    name: 'bench',
    seconds: 90,
    proves: 'The service is not a factor slower than it was and makes no needless write (npm run bench measures it).',
    run: { jest: ['bench/bench'] },
  },
  {
    name: 'audit-chaos',
    seconds: 170,
    proves: 'The audit trail of 300 executions is complete although data storage fails and the service is killed.',
    run: { jest: ['test/audit-chaos/audit-chaos'] },
  },
  {
    name: 'chaos',
    seconds: 220,
    proves:
      'One run per target, and true outcomes, for 300 executions while replicas and the API server are killed and an administrator interferes (in 3 minutes; npm run chaos takes 6).',
    run: { node: ['test/chaos/cli.ts', '--quick'] },
  },
  {
    name: 'chaos-defences',
    seconds: 220,
    needs: 'pods',
    proves: 'Without each defence against interference, the chaos checker finds a violation.',
    run: { node: ['test/chaos/defences/cli.ts'] },
  },
  {
    name: 'created-by',
    needs: 'Go',
    proves: 'The component created-by names the creator of each execution (on the newest Kubernetes).',
    run: { jest: ['test/integration/deploy/created-by'] },
    onlyByName: true,
  },
  {
    name: 'versions',
    needs: 'pods and Go',
    proves: 'The end-to-end tests pass on the oldest and the newest supported versions of Kubernetes and Tekton.',
    run: { node: ['test/prove/versions.ts'] },
    onlyByName: true,
  },
  {
    name: 'mutants',
    proves: 'Unit tests kill 95 % of the mutants of the decision code.',
    run: { node: ['test/mutants/run.ts'] },
    onlyByName: true,
  },
];
