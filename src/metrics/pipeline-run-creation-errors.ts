import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';

const name = 'kubernaut_pipelinerun_creation_errors_total';

/** Provides the counter of PipelineRuns that the API server did not take, each refusal and each lost answer counted. */
export const pipelineRunCreationErrors = makeCounterProvider({ name, help: 'Total PipelineRun creation errors' });

/** Injects the counter of {@link pipelineRunCreationErrors}, a prom-client Counter without labels. */
export function InjectPipelineRunCreationErrors(): ParameterDecorator {
  return InjectMetric(name);
}
