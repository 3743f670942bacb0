import { Injectable } from '@nestjs/common';

/** Attempts to start a PipelineRun that have not ended: each may still create one. */
@Injectable()
export class StartsInProgress {
  private readonly starts = new Set<Promise<unknown>>();

  /** Returns the start. */
  track<T>(start: Promise<T>): Promise<T> {
    this.starts.add(start);
    const ended = () => void this.starts.delete(start);
    start.then(ended, ended);
    return start;
  }

  /** Resolves once the starts have ended that are in progress now. Never rejects. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.starts);
  }
}
