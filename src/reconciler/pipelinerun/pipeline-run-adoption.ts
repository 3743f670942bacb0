import { Injectable } from '@nestjs/common';
import { KubernetesClient } from '../../kubernetes/client.ts';
import { ForbiddenError, InvalidError, redactErrors } from '../../kubernetes/errors.ts';
import type { NewPipelineRun } from '../../tekton/build-pipeline-run.ts';
import type { PipelineRun } from '../../tekton/pipeline-run.ts';
import {
  hasMetadataOf,
  hasSpecOf,
  pipelineRunContentResource,
  specPatch,
  unnamed,
  withoutContent,
  type PipelineRunWithContent,
} from '../../tekton/pipeline-run-content.ts';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { redactorFor } from '../../workflow-execution/redact.ts';
import { pipelineRunKey } from '../executions/execution-indexes.ts';
import { isControlledBy } from './ownership.ts';
import { PipelineRuns } from './pipeline-runs.ts';

/**
 * What has the name of an execution's PipelineRun before one is recorded: nothing, the PipelineRun of an earlier attempt, one
 * that is controlled by the execution but runs something else, or one with another controller.
 */
export type ExistingRun =
  | { readonly kind: 'none' }
  | { readonly kind: 'own'; readonly pipelineRun: PipelineRun }
  | { readonly kind: 'different'; readonly pipelineRun: PipelineRun }
  | { readonly kind: 'foreign'; readonly pipelineRun: PipelineRun };

/** Whether the execution is the controller of the PipelineRun with the name of its own. */
export function hasControlledRun({ kind }: ExistingRun): boolean {
  return kind === 'own' || kind === 'different';
}

/**
 * Recognizes the PipelineRun that an earlier attempt created and did not record. Anybody who may create PipelineRuns can use
 * the name and the owner that ours would have, so it is ours only if it also runs what ours would run.
 */
@Injectable()
export class PipelineRunAdoption {
  constructor(
    private readonly client: KubernetesClient,
    private readonly pipelineRuns: PipelineRuns,
  ) {}

  /** Reads live: the cache may be older than the creation. */
  async find(execution: WorkflowExecution, signal: AbortSignal): Promise<ExistingRun> {
    const found = await this.client.find(pipelineRunContentResource, pipelineRunKey(execution), { signal });
    if (found === undefined) return { kind: 'none' };
    const pipelineRun = withoutContent(found);
    if (!isControlledBy(found, execution)) return { kind: 'foreign', pipelineRun };
    this.pipelineRuns.remember(pipelineRun);
    return { kind: (await this.isAsCreated(found, execution, signal)) ? 'own' : 'different', pipelineRun };
  }

  private async isAsCreated(
    found: PipelineRunWithContent,
    execution: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const expected of this.pipelineRuns.candidates(execution)) {
      if (await this.hasContentOf(found, expected, execution, signal)) return true;
    }
    return false;
  }

  private async hasContentOf(
    found: PipelineRunWithContent,
    expected: NewPipelineRun,
    execution: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!hasMetadataOf(found, expected)) return false;
    try {
      return hasSpecOf(found, await redactErrors(this.create(expected, signal), redactorFor(execution.spec)));
    } catch (error) {
      // A quota also applies to a dry run, and an admission rule may be newer than the PipelineRun.
      if (!(error instanceof ForbiddenError) && !(error instanceof InvalidError)) throw error;
    }
    return this.isUnchanged(found, expected, execution, signal);
  }

  /** A dry run passes through the same admission as the creation did. */
  private create(expected: NewPipelineRun, signal: AbortSignal): Promise<PipelineRunWithContent> {
    return this.client.create(pipelineRunContentResource, unnamed(expected), { dryRun: true, signal });
  }

  /** Whether an update to the expected content changes nothing. */
  private async isUnchanged(
    found: PipelineRunWithContent,
    expected: NewPipelineRun,
    { spec }: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<boolean> {
    const options = { type: 'json', dryRun: true, signal } as const;
    const patching = this.client.patch(pipelineRunContentResource, found.metadata, specPatch(found, expected), options);
    try {
      return hasSpecOf(found, await redactErrors(patching, redactorFor(spec)));
    } catch (error) {
      // Tekton rejects changes to the spec of an existing PipelineRun.
      if (error instanceof InvalidError) return false;
      throw error;
    }
  }
}
