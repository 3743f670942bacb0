// Writes all generated files; with --check it only reports stale ones.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatePerformance } from '../../bench/page/page.ts';
import { generateScaling } from '../../bench/page/scaling.ts';
import { readCrd } from './crd.ts';
import { generateDashboard } from './dashboard/dashboard.ts';
import { generateMetadataDto, generateSpecDto, generateStatusDto } from './dto.ts';
import { generateGoDeepCopy } from './go-deepcopy.ts';
import { generateGoPackage } from './go-package.ts';
import { generateGoStubs } from './go-stubs.ts';
import { generateGoRegistration, generateGoTypes } from './go-types.ts';
import { generateGrpcReference } from './grpc-reference.ts';
import { generateOpenApi } from './openapi.ts';
import { generateMetrics } from './metrics.ts';
import { generateParameterRules } from './parameter-rules.ts';
import { generateParser } from './parser.ts';
import { generateProto } from './proto.ts';
import { generateRestReference } from './rest-reference.ts';
import { generateSettings } from './settings.ts';
import { generateTypes } from './types.ts';

const root = join(import.meta.dirname, '..', '..');
const check = process.argv.includes('--check');
const resource = readCrd();
const crd = resource.schema;
const goTypes = `clients/go/api/${resource.version}`;

// First: code is generated from it.
const stale = refresh(generateGoPackage());
stale.push(
  ...refresh({
    'src/workflow-execution/generated/workflow-execution.ts': await generateTypes(crd),
    'src/workflow-execution/generated/parser.ts': generateParser(crd),
    'src/workflow-execution/generated/parameter-rules.ts': await generateParameterRules(crd),
    'src/api/generated/workflow-execution-spec.dto.ts': await generateSpecDto(crd),
    'src/api/generated/workflow-execution-status.dto.ts': await generateStatusDto(crd),
    'src/api/generated/metadata.dto.ts': await generateMetadataDto(),
    ...generateProto(),
    ...generateGoStubs({ check }),
    'docs/reference/settings.md': await generateSettings(),
    'docs/metrics.md': await generateMetrics(),
    'deploy/components/monitoring/dashboard.json': await generateDashboard(),
    'docs/performance.md': await generatePerformance(),
    'docs/scaling.md': await generateScaling(),
    [`${goTypes}/zz_generated.types.go`]: generateGoTypes(resource),
    [`${goTypes}/zz_generated.register.go`]: generateGoRegistration(resource),
    [`${goTypes}/zz_generated.deepcopy.go`]: generateGoDeepCopy(resource),
  }),
);
// Last: it is generated from the DTOs.
const openApi = await generateOpenApi();
stale.push(
  ...refresh({
    'docs/openapi.json': openApi,
    'docs/reference/rest.md': await generateRestReference(openApi),
    'docs/reference/grpc.md': await generateGrpcReference(),
  }),
);
if (check && stale.length > 0) {
  console.error('Run `npm run generate` and commit the result.');
  process.exitCode = 1;
}

/** Writes stale files, or only reports them; returns their paths. */
function refresh(files: Record<string, string>): string[] {
  const outdated = Object.entries(files).filter(([path, content]) => read(path) !== content);
  for (const [path, content] of outdated) {
    console.log(check ? `${path} is stale` : `wrote ${path}`);
    if (check) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return outdated.map(([path]) => path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
