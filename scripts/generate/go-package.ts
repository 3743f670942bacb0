import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const protoFile = 'proto/kubernaut/workflowexecution/v1/workflow_execution.proto';

/** The path of the Go module. */
export function goModulePath(): string {
  const [, module] = /^module (\S+)$/m.exec(readFileSync(new URL('clients/go/go.mod', root), 'utf8')) ?? [];
  if (module === undefined) throw new Error('clients/go/go.mod names no module');
  return module;
}

/** The gRPC contract with the Go package of clients/go, whose go.mod alone decides the path of the module. */
export function generateGoPackage(): Record<string, string> {
  const goPackage = `${goModulePath()}/${protoFile.slice(0, protoFile.lastIndexOf('/'))};workflowexecutionv1`;
  const proto = readFileSync(new URL(protoFile, root), 'utf8');
  return { [protoFile]: proto.replace(/^option go_package = .*$/m, `option go_package = "${goPackage}";`) };
}
