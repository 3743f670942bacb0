const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // TypeScript rewrites `./x.ts` to `./x.js` when it emits; Jest has only the sources.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json' }] },
  testPathIgnorePatterns: ['/dist/', '/node_modules/'],
  setupFiles: ['<rootDir>/test/jest.setup.mjs'],
};

const onCluster = { setupFilesAfterEnv: ['<rootDir>/test/jest.cluster-setup.mjs'] };

export default {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['**/*.spec.ts'] },
    { ...common, ...onCluster, displayName: 'integration', testMatch: ['**/*.int-spec.ts'] },
    { ...common, ...onCluster, displayName: 'e2e', testMatch: ['**/*.e2e-spec.ts'] },
    { ...common, ...onCluster, displayName: 'prove', testMatch: ['**/*.prove-spec.ts'] },
  ],
  coverageThreshold: { global: { lines: 85, branches: 80 } },
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'json-summary', 'html'],
  collectCoverageFrom: [
    'src/**/*.ts',
    '!src/**/*.spec.ts',
    '!src/**/*.builders.ts',
    '!src/**/generated/**',
    '!src/{main,start}.ts',
  ],
};
