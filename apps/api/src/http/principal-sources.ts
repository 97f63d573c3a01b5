import type { Principal } from '@flux-context/contracts';
import { Injectable } from '@nestjs/common';

/** What a request brings to be recognised by. */
export interface Credentials {
  /** The bearer token of `Authorization`. */
  readonly bearer?: string;
  readonly cookies: ReadonlyMap<string, string>;
}

/** One way to recognise a caller. Gives nothing for a credential that is not of its kind or not valid any more. */
export interface PrincipalSource {
  recognise(credentials: Credentials): Promise<Principal | undefined>;
}

/** The sources that the guard asks; rooms register theirs when they start. */
@Injectable()
export class PrincipalSources {
  readonly #sources: PrincipalSource[] = [];

  register(source: PrincipalSource): void {
    this.#sources.push(source);
  }

  async recognise(credentials: Credentials): Promise<Principal | undefined> {
    for (const source of this.#sources) {
      const principal = await source.recognise(credentials);
      if (principal !== undefined) return principal;
    }
    return undefined;
  }
}

/** Blanks and tabs only, as RFC 6265 says: of a name that begins with another space a browser does not see that it begins with `__Host-`. */
const withoutBlanks = (text: string): string => text.replaceAll(/^[ \t]+|[ \t]+$/g, '');

/** Reads the headers. Who sends `Authorization` is judged by that alone: a bad key never falls back to a cookie. */
export function credentialsOf(headers: { authorization?: string | undefined; cookie?: string | undefined }): Credentials {
  if (headers.authorization !== undefined) {
    const bearer = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(headers.authorization)?.[1];
    return { cookies: new Map(), ...(bearer === undefined ? {} : { bearer }) };
  }
  const cookies = new Map<string, string>();
  for (const pair of headers.cookie?.split(';') ?? []) {
    const cut = pair.indexOf('=');
    const name = withoutBlanks(pair.slice(0, cut));
    // The first of two equal names wins, as everywhere on the web.
    if (cut > 0 && !cookies.has(name)) cookies.set(name, withoutBlanks(pair.slice(cut + 1)));
  }
  return { cookies };
}
