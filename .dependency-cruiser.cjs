// The rooms of src/ and what each may know (docs/adr/0002-rooms.md). `npm run check` holds the imports to this table.
const rooms = {
  execution: [
    'auth',
    'health',
    'targets',
    'tekton',
    'config',
    'metrics',
    'tracing',
    'workflow-execution',
    'kubernetes',
  ],
  reconciler: [
    'audit',
    'locking',
    'targets',
    'tekton',
    'config',
    'metrics',
    'tracing',
    'workflow-execution',
    'kubernetes',
  ],
  audit: ['config', 'metrics', 'tracing', 'workflow-execution', 'kubernetes'],
  locking: ['config', 'metrics', 'workflow-execution', 'kubernetes'],
  targets: ['config', 'workflow-execution', 'kubernetes'],
  tekton: ['workflow-execution', 'kubernetes'],
  auth: ['config', 'metrics', 'kubernetes'],
  health: ['config', 'kubernetes'],
  metrics: ['config', 'kubernetes'],
  tracing: ['workflow-execution', 'kubernetes'],
  config: ['workflow-execution'],
  'workflow-execution': [],
  kubernetes: [],
};

const directions = Object.entries(rooms).map(([room, known]) => ({
  name: `${room}-knows-its-neighbours-only`,
  comment: `src/${room}/ may import from ${known.map((name) => `src/${name}/`).join(', ') || 'no other room'} only.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^(src|test|scripts|demo)/', pathNot: `^src/(${[room, ...known].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'domain-is-pure',
      comment: 'src/workflow-execution/ has no framework and no I/O: it imports nothing from outside itself.',
      severity: 'error',
      from: { path: '^src/workflow-execution/', pathNot: '\\.(spec|builders)\\.ts$' },
      to: { pathNot: '^src/workflow-execution/' },
    },
    {
      name: 'toolkit-is-plain',
      comment: 'src/kubernetes/ is plain TypeScript; only its module and providers know Nest.',
      severity: 'error',
      from: { path: '^src/kubernetes/', pathNot: '\\.(spec|module|providers|decorators)\\.ts$' },
      to: { path: 'node_modules/@nestjs' },
    },
    {
      name: 'every-room-is-listed',
      comment: 'A new room under src/ gets its row in the table above.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(rooms).join('|')})/` },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Modules that import each other can not be understood or tested one at a time.',
      severity: 'error',
      from: { pathNot: '/generated/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-test-code-in-the-product',
      comment: 'Builders and specs stay out of what is built.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|builders)\\.ts$' },
      to: { path: '(\\.(spec|builders)\\.ts$|^test/)' },
    },
    {
      name: 'only-declared-packages',
      comment: 'What the product imports is a dependency in package.json.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(spec|builders)\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
