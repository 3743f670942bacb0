import { Client, credentials } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { grpcCall } from './grpc-caller.ts';
import type { ApiClient } from './api-client.ts';

/** The status of the gRPC health protocol, or the error's text for an unknown service. */
export async function healthOf({ grpcAddress }: Pick<ApiClient, 'grpcAddress'>, name = ''): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = service['Check'] ?? missing();
  const client = new Client(grpcAddress, credentials.createInsecure());
  const { error, response } = await grpcCall<object>((done) =>
    client.makeUnaryRequest<object, object>(path, requestSerialize, responseDeserialize, { service: name }, (e, r) =>
      done(e, r ?? {}),
    ),
  );
  client.close();
  if (error !== null) return error.details;
  return 'status' in response ? String(response.status) : 'UNKNOWN';
}

function missing(): never {
  throw new Error('grpc-health-check has no method Check');
}
