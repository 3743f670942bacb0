import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.ts';
import { maxPreflightTasks, maxResolutions, maxViolations } from '../../config/limits.ts';
import { unlessAborted } from '../../kubernetes/async.ts';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { dnsLabel } from '../../kubernetes/dns-names.ts';
import { KubernetesError } from '../../kubernetes/errors.ts';
import { Targets } from '../../targets/targets.ts';
import { buildPipelineRun, pipelineRefOf, type PipelineRunSettings } from '../../tekton/build-pipeline-run.ts';
import { checkParams, undeclared } from '../../tekton/check-params.ts';
import type { BundleKey } from '../../tekton/resolution-request.ts';
import { parseMetadata } from '../../tekton/tekton-object.ts';
import { serviceAccountOf } from '../../workflow-execution/execution.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionSpec,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { parametersOf } from '../../workflow-execution/parameters.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { redactParameters } from '../../workflow-execution/secret-parameters.ts';
import { truncate } from '../../workflow-execution/text.ts';
import type { Call } from '../call/call.ts';
import { RateLimits } from '../call/rate-limits.ts';
import { ApiError, boundedViolation, invalidArgument } from '../errors/api-error.ts';
import { BundleResolver, type Resolution } from './bundle-resolver.ts';
import type { Finding, Preflight } from './preflight.ts';

const serviceAccounts = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
  parse: (raw: unknown) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: parseMetadata(raw, 'ServiceAccount'),
  }),
} as const;

/** Retry time in milliseconds if parameters must be checked and Tekton does not answer. */
const retryAfterMs = 1_000;

/** Compares executions with the Pipeline that they would run (docs/adr/0060-preflight.md). */
@Injectable()
export class PreflightService {
  /** Bundles that are being resolved, by caller. */
  private readonly resolving = new Map<string, number>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly bundles: BundleResolver,
    private readonly targets: Targets,
    private readonly limits: RateLimits,
    @Inject(CONFIG)
    private readonly config: Pick<Config, keyof PipelineRunSettings | 'preflightTimeoutMs' | 'undeclaredParameters'>,
  ) {}

  /**
   * Checks an execution that would be created.
   *
   * @param execution as a dry run returns it
   * @throws ApiError Cancelled if the call ends first
   */
  async check(execution: WorkflowExecution, call: Call): Promise<Preflight> {
    const [resolution, account] = await Promise.all([
      this.resolve(bundleOf(execution.metadata.namespace, execution.spec), call),
      this.findServiceAccount(execution, call),
    ]);
    const findings = [...accountFindings(execution, account), ...this.findingsOf(execution.spec, resolution)];
    const unknown = [resolution, account].flatMap((part) =>
      part.kind === 'unknown' || part.kind === 'unread' ? [part.message] : [],
    );
    return {
      checked: unknown.length === 0,
      ...(unknown.length === 0 ? {} : { notCheckedReason: unknown.join('; ') }),
      findings: findings.slice(0, maxViolations),
      bundleDigest: resolution.digest,
      tasks: resolution.kind === 'resolved' ? resolution.pipeline.tasks.slice(0, maxPreflightTasks).map(shortened) : [],
      pipelineRun: this.shownPipelineRun(execution),
    };
  }

  /**
   * Applies WFE_UNDECLARED_PARAMETERS to an execution that is about to be created.
   *
   * @returns warnings, if the Pipeline is known without asking Tekton
   * @throws ApiError InvalidArgument with the parameters that are refused; Unavailable if they cannot be checked now; Cancelled
   */
  async screen(namespace: string, spec: WorkflowExecutionSpec, call: Call): Promise<readonly string[]> {
    const bundle = bundleOf(namespace, spec);
    const isRefused = this.config.undeclaredParameters === 'refuse';
    const resolution = isRefused
      ? resolved(await this.resolve(bundle, call), redactorFor(spec))
      : await this.bundles.remembered(bundle);
    if (resolution?.kind !== 'resolved') return [];
    const names = checkParams(resolution.pipeline, parametersOf(spec))
      .filter(({ kind }) => kind === 'undeclared')
      .map(({ name }) => name);
    if (!isRefused) return names.map((name) => `parameter ${name} ${undeclared}`);
    if (names.length === 0) return [];
    throw invalidArgument(names.map((name) => ({ path: pathOf(name), message: undeclared })));
  }

  private async resolve(bundle: BundleKey, { caller, signal }: Call): Promise<Resolution> {
    if (this.config.preflightTimeoutMs === 0) return unknown('preflight is turned off (WFE_PREFLIGHT_TIMEOUT)');
    if (this.bundles.isKnown(bundle)) return unlessAborted(this.bundles.resolve(bundle), signal, cancelled);
    const username = caller?.username ?? '';
    const count = this.resolving.get(username) ?? 0;
    if (count >= maxResolutions.perCaller || !this.limits.admitsPreflight(username)) {
      return unknown('too many bundles are being resolved; try again later');
    }
    this.resolving.set(username, count + 1);
    // A call that ends does not end the resolution.
    const resolving = this.bundles.resolve(bundle).finally(() => this.forget(username));
    return unlessAborted(resolving, signal, cancelled);
  }

  private forget(username: string): void {
    const count = (this.resolving.get(username) ?? 0) - 1;
    if (count > 0) this.resolving.set(username, count);
    else this.resolving.delete(username);
  }

  private findingsOf(spec: WorkflowExecutionSpec, resolution: Resolution): readonly Finding[] {
    const redact = redactorFor(spec);
    if (resolution.kind === 'failed') return [error(bundlePath, redact(resolution.message))];
    if (resolution.kind !== 'resolved') return [];
    const { pipeline } = resolution;
    const workspaces = pipeline.workspaces.map((name) =>
      error(bundlePath, `needs the workspace ${name}, but executions have no workspaces`),
    );
    const params = checkParams(pipeline, parametersOf(spec)).map(({ kind, name, message }) => {
      const isError = kind === 'fails' || this.config.undeclaredParameters === 'refuse';
      return { ...error(pathOf(name), redact(message)), severity: isError ? 'Error' : 'Warning' } as const;
    });
    return [...workspaces, ...params];
  }

  private async findServiceAccount(
    { spec, metadata: { namespace } }: WorkflowExecution,
    { signal }: Call,
  ): Promise<ServiceAccountCheck> {
    try {
      const name = serviceAccountOf(spec);
      const found = await this.client.find(serviceAccounts, { namespace, name }, { signal });
      return { kind: found === undefined ? 'missing' : 'exists' };
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      return { kind: 'unknown', message: 'the ServiceAccount cannot be read' };
    }
  }

  private shownPipelineRun(execution: WorkflowExecution): object {
    const { spec, status } = execution;
    const shown = {
      ...execution,
      spec: { ...spec, parameters: redactParameters(spec) },
      status: { ...status, target: this.targets.targetOf(execution) },
    };
    const { metadata, ...rest } = buildPipelineRun(shown, this.config);
    const { namespace, labels, annotations, finalizers } = metadata;
    return { ...rest, metadata: { namespace, labels, annotations, finalizers } };
  }
}

/** Whether the ServiceAccount of an execution exists. */
type ServiceAccountCheck =
  { readonly kind: 'exists' } | { readonly kind: 'missing' } | { readonly kind: 'unknown'; readonly message: string };

const bundlePath = ['spec', 'workflowRef', 'containerImage'];

/** Tekton refuses names that are no DNS labels. */
function shortened(task: string): string {
  return truncate(task, dnsLabel.maxLength);
}

function pathOf(parameter: string): readonly string[] {
  return ['spec', 'parameters', parameter];
}

function accountFindings({ spec, metadata }: WorkflowExecution, { kind }: ServiceAccountCheck): readonly Finding[] {
  if (kind !== 'missing') return [];
  const message = `must be an existing ServiceAccount, but namespace ${metadata.namespace} has no ${serviceAccountOf(spec)}`;
  return [error(['spec', 'executionConfig', 'serviceAccountName'], message)];
}

function bundleOf(namespace: string, spec: WorkflowExecutionSpec): BundleKey {
  return { namespace, pipelineRef: pipelineRefOf(spec) };
}

function error(path: readonly string[], message: string): Finding {
  return { ...boundedViolation({ path, message }), severity: 'Error' };
}

function unknown(message: string): Resolution {
  return { kind: 'unknown', message };
}

/** A bundle that must be checked; throws if it cannot be. */
function resolved(resolution: Resolution, redact: (text: string) => string): Extract<Resolution, { kind: 'resolved' }> {
  switch (resolution.kind) {
    case 'resolved':
      return resolution;
    case 'unknown':
      throw new ApiError('Unavailable', `the parameters cannot be checked: ${resolution.message}`, { retryAfterMs });
    case 'unread':
      throw invalidArgument([{ path: bundlePath, message: `cannot be checked: ${resolution.message}` }]);
    case 'failed':
      throw invalidArgument([{ path: bundlePath, message: redact(resolution.message) }]);
  }
}

function cancelled(): ApiError {
  return new ApiError('Cancelled', 'the call ended before Tekton answered');
}
