import { Injectable } from '@nestjs/common';
import { KubernetesClient } from '../kubernetes/client.ts';
import { InvalidError, redacting } from '../kubernetes/errors.ts';
import { buildPipelineRun, type NewPipelineRun } from '../tekton/build-pipeline-run.ts';
import type { PipelineRun } from '../tekton/pipeline-run.ts';
import {
  hasMetadataOf,
  haveSameSpec,
  pipelineRunContentResource,
  specPatch,
  withoutContent,
  type PipelineRunWithContent,
} from '../tekton/pipeline-run-content.ts';
import type { WorkflowExecution } from '../workflow-execution/generated/workflow-execution.ts';
import { redactorFor } from '../workflow-execution/redact.ts';
import { isControlledBy } from './ownership.ts';
import { keyFor, PipelineRuns } from './pipeline-runs.ts';

/**
 * What has the name of an execution's PipelineRun before one is recorded: nothing, the PipelineRun of an earlier attempt, or
 * something else, and why it is not ours.
 */
export type ExistingRun =
  | { readonly kind: 'none' }
  | { readonly kind: 'own'; readonly pipelineRun: PipelineRun }
  | { readonly kind: 'foreign'; readonly pipelineRun: PipelineRun; readonly why: string };

/**
 * Recognises the PipelineRun that an earlier attempt created and did not record. Whoever may create PipelineRuns can give
 * one the name and the owner that ours would have, so it is ours only when it also runs what ours would run.
 */
@Injectable()
export class PipelineRunAdoption {
  constructor(
    private readonly client: KubernetesClient,
    private readonly pipelineRuns: PipelineRuns,
  ) {}

  /** Looks live: what the watch has seen may be older than the creation. */
  async find(execution: WorkflowExecution, signal: AbortSignal): Promise<ExistingRun> {
    const found = await this.client.find(pipelineRunContentResource, keyFor(execution), { signal });
    if (found === undefined) return { kind: 'none' };
    const pipelineRun = withoutContent(found);
    if (!isControlledBy(found, execution.metadata.uid)) {
      return { kind: 'foreign', pipelineRun, why: 'is not controlled by this execution' };
    }
    if (!(await this.#isAsCreated(found, execution, signal))) {
      return { kind: 'foreign', pipelineRun, why: 'differs from what this execution would create' };
    }
    return { kind: 'own', pipelineRun: this.pipelineRuns.remember(pipelineRun) };
  }

  async #isAsCreated(
    found: PipelineRunWithContent,
    execution: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<boolean> {
    const expected = buildPipelineRun(execution);
    return hasMetadataOf(found, expected) && (await this.#hasSpecOf(found, expected, execution, signal));
  }

  async #hasSpecOf(
    found: PipelineRunWithContent,
    expected: NewPipelineRun,
    { spec }: WorkflowExecution,
    signal: AbortSignal,
  ): Promise<boolean> {
    const options = { type: 'json', dryRun: true, signal } as const;
    const patching = this.client.patch(pipelineRunContentResource, found.metadata, specPatch(found, expected), options);
    try {
      return haveSameSpec(found, await redacting(patching, redactorFor(spec)));
    } catch (error) {
      // Tekton admits no other spec to a PipelineRun that exists.
      if (error instanceof InvalidError) return false;
      throw error;
    }
  }
}
