import { type me, type Person, personRoutes, type Principal, rolePermissions, sessionRoutes } from '@flux-context/contracts';
import { CodedError } from '@flux-context/runtime';
import { Controller } from '@nestjs/common';
import type { z } from 'zod';
import { Answer, Caller, Door, Input, type InputOf } from '../http/index.js';
import { SeatService } from '../seats/index.js';
import { SessionService } from './session.service.js';
import { SignInService } from './sign-in.service.js';

type Me = z.infer<typeof me>;

@Controller()
export class SessionsController {
  constructor(
    private readonly sessions: SessionService,
    private readonly signIn: SignInService,
    private readonly seats: SeatService,
  ) {}

  @Door(personRoutes.invite)
  invite(@Caller() caller: Principal, @Input() { params }: InputOf<typeof personRoutes.invite>): Promise<object> {
    return this.signIn.invite(caller, params.personId);
  }

  @Door(sessionRoutes.open)
  async open(@Input() { body }: InputOf<typeof sessionRoutes.open>): Promise<Answer> {
    const { person, cookie } = await this.signIn.signIn(body.token);
    return new Answer(201, meOf(person, rolePermissions[person.role], 'session'), { 'Set-Cookie': cookie });
  }

  @Door(sessionRoutes.me)
  async me(@Caller() caller: Principal): Promise<Me> {
    const person = await this.seats.find(caller.personId);
    if (person === undefined) throw new CodedError('principal.missing');
    return meOf(person, [...caller.permissions], caller.via.kind);
  }

  @Door(sessionRoutes.close)
  async close(@Caller() caller: Principal): Promise<Answer> {
    // An API key has no session to end; it is revoked instead.
    if (caller.via.kind === 'session') await this.sessions.close(caller.via.sessionId, caller.personId);
    return new Answer(204, undefined, { 'Set-Cookie': this.sessions.expiredCookie(), 'Clear-Site-Data': '"cache", "storage"' });
  }
}

const meOf = (person: Person, permissions: readonly Me['permissions'][number][], via: Me['via']): Me => ({ person, permissions: [...permissions], via });
