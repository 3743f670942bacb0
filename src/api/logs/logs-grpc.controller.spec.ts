import { describe, expect, it } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { StreamWorkflowExecutionLogsRequest } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import type { WritableCall } from '../grpc/message-stream.ts';
import type { LogLine } from './log-line.ts';
import { LogsGrpcController } from './logs-grpc.controller.ts';
import type { LogsService } from './logs.service.ts';

describe('a log line over gRPC', () => {
  it('has its time to the nanosecond, to resume from', async () => {
    const place = { task: 'restart', step: 'rollout', pod: 'p' };
    const line: LogLine = { ...place, time: '1970-01-01T00:00:07.123456789Z', text: 'done', partial: false };
    async function* logs(): AsyncGenerator<LogLine> {
      yield await Promise.resolve(line);
    }
    const controller = new LogsGrpcController({ logs } as unknown as LogsService);
    const call = { signal: new AbortController().signal, abort: () => undefined, recheck: () => Promise.resolve() };
    const written: unknown[] = [];
    const write = (message: unknown, sent: () => void) => {
      written.push(message);
      sent();
    };

    const sending = controller.streamWorkflowExecutionLogs(
      StreamWorkflowExecutionLogsRequest.fromPartial({ name: 'namespaces/payment/workflowExecutions/one' }),
      call,
      { write } as unknown as WritableCall,
    );
    await lastValueFrom(sending, { defaultValue: undefined });

    expect(written).toMatchObject([{ time: { seconds: 7, nanos: 123_456_789 } }]);
  });
});
