/** Browser sessions and the one-time links that open them. It decides who somebody is, never what he may do. */
export { SessionsModule } from './sessions.module.js';
export { SignInService } from './sign-in.service.js';
