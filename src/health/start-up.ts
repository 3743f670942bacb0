import { Injectable } from '@nestjs/common';
import type { Finding } from './finding.ts';
import { Stores } from './stores.ts';

/** Whether the start is over: the API listens and the cluster has been read. Once it is, that stays so. */
@Injectable()
export class StartUp {
  private isListening = false;

  constructor(private readonly stores: Stores) {}

  /** To be called when the API listens. */
  listening(): void {
    this.isListening = true;
  }

  findings(): readonly Finding[] {
    const api = { name: 'api', isWell: this.isListening, message: this.isListening ? undefined : 'not listening yet' };
    return [api, ...this.stores.firstReads()];
  }
}
