import { Module } from '@nestjs/common';
import { Authenticator } from './authenticator.ts';
import { Authorizer } from './authorizer.ts';

/** Authentication and authorization of callers by the cluster. Requires ConfigModule and KubernetesModule globally. */
@Module({
  providers: [Authenticator, Authorizer],
  exports: [Authenticator, Authorizer],
})
export class AuthModule {}
