import type { FieldViolation } from '../errors/api-error.ts';

/** What is wrong with an execution that would be created. */
export interface Finding extends FieldViolation {
  /** Error: the run would fail, or the create would be refused. */
  readonly severity: 'Error' | 'Warning';
}

/** The comparison of an execution with the Pipeline that it would run. */
export interface Preflight {
  /** False if Tekton could not be asked; `findings` may then be incomplete. */
  readonly checked: boolean;
  readonly notCheckedReason?: string;
  /** Errors first. */
  readonly findings: readonly Finding[];
  /** Digest of the bundle, `sha256:` and 64 hexadecimal digits. */
  readonly bundleDigest?: string;
  /** Names of the tasks in an order in which they can run, with those of `finally`. */
  readonly tasks: readonly string[];
  /** The PipelineRun without name and owner, which depend on the UID; secret parameters are masked. */
  readonly pipelineRun: object;
}
