import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { PrincipalSources } from '../http/index.js';
import { SeatsModule } from '../seats/index.js';
import { SessionRepository } from './session.repository.js';
import { SessionService } from './session.service.js';
import { SessionsController } from './sessions.controller.js';
import { SignInService } from './sign-in.service.js';

@Module({ imports: [AuditModule, SeatsModule], controllers: [SessionsController], providers: [SessionRepository, SessionService, SignInService], exports: [SignInService] })
export class SessionsModule {
  constructor(sources: PrincipalSources, sessions: SessionService) {
    sources.register({ recognise: async ({ cookies }) => sessions.recognise(cookies.get(sessions.cookieName)) });
  }
}
