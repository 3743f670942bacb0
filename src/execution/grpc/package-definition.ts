import { join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { AnyDefinition, PackageDefinition, ServiceDefinition as DescribedService } from '@grpc/proto-loader';
import { protoPath as healthProto } from 'grpc-health-check';
import { WorkflowExecutionServiceService } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { lenient } from './malformed-message.ts';

/** The package of the service. */
export const protoPackage = 'kubernaut.workflowexecution.v1';

/** Name of the service on the wire. */
export const serviceName = `${protoPackage}.WorkflowExecutionService`;

/** The directory proto/ stands beside src/ in the repository and beside dist/ in the image. */
const protoDirectory = join(import.meta.dirname, '..', '..', '..', 'proto');

/**
 * What the gRPC server knows: descriptors, for reflection, out of the .proto files; and for our own service the generated
 * codecs, so that handlers get and give exactly the generated types.
 */
export function packageDefinition(): PackageDefinition {
  const files = ['kubernaut/workflowexecution/v1/workflow_execution.proto', healthProto];
  const loaded = loadSync(files, { includeDirs: [protoDirectory] });
  const described = loaded[serviceName];
  if (described === undefined || !isService(described)) {
    throw new Error(`${serviceName} is not in ${protoDirectory}`);
  }
  return { ...loaded, [serviceName]: withCodecs(described, WorkflowExecutionServiceService) };
}

function isService(definition: AnyDefinition): definition is DescribedService {
  return !('format' in definition);
}

function withCodecs(service: DescribedService, codecs: ServiceDefinition): DescribedService {
  const methods: DescribedService = {};
  for (const [name, method] of Object.entries(service)) {
    const codec = codecs[`${name.charAt(0).toLowerCase()}${name.slice(1)}`];
    if (codec === undefined) throw new Error(`${name} has no generated codec`);
    const { responseSerialize, requestDeserialize } = codec;
    methods[name] = { ...method, responseSerialize, requestDeserialize: lenient<object>(requestDeserialize) };
  }
  return methods;
}
