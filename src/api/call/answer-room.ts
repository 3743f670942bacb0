import { Injectable } from '@nestjs/common';
import type { Call } from './call.ts';
import { answerBudget } from '../../config/limits.ts';
import { BodyBudget, type BodyRoom } from './body-budget.ts';

/**
 * Bounds the bytes of answers that have been made and not been read yet, over all calls and for each caller. The next answer
 * is made when there is room for it, so that few are made in one turn of the event loop.
 */
@Injectable()
export class AnswerRoom {
  private readonly budget = new BodyBudget(answerBudget);

  /**
   * Waits for room for the answer of a call, which it keeps until the call ends.
   *
   * @param bytes at most; to be shrunk to what the answer takes
   * @throws ApiError Cancelled when the caller goes away meanwhile; ResourceExhausted when too many wait
   */
  async take({ caller, signal }: Pick<Call, 'caller' | 'signal'>, bytes: number): Promise<BodyRoom> {
    const room = this.budget.reserve(caller?.username ?? '', bytes);
    if (signal.aborted) room.release();
    else signal.addEventListener('abort', () => room.release(), { once: true });
    await room.granted;
    return room;
  }
}
