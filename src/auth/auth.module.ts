import { Module } from '@nestjs/common';
import { Authenticator } from './authenticator.ts';
import { Authorizer } from './authorizer.ts';

/** Who callers are and what they may do. The application gives it, globally, ConfigModule and KubernetesModule. */
@Module({
  providers: [Authenticator, Authorizer],
  exports: [Authenticator, Authorizer],
})
export class AuthModule {}
