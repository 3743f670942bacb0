import { Module } from '@nestjs/common';
import { systemClock } from '../kubernetes/clock.ts';
import { AUTH_CLOCK, Authenticator } from './authenticator.ts';
import { Authorizer } from './authorizer.ts';

/** Who callers are and what they may do. The application gives it, globally, ConfigModule and KubernetesModule. */
@Module({
  providers: [{ provide: AUTH_CLOCK, useValue: systemClock }, Authenticator, Authorizer],
  exports: [Authenticator, Authorizer, AUTH_CLOCK],
})
export class AuthModule {}
