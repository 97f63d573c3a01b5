import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** What a page may ask a browser for: of this list nothing, and to write to the clipboard only ours. */
const permissions = 'camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()';

/** Strict for every answer: nothing from elsewhere, nothing inline, no frame. `https` says whether browsers reach us by TLS. */
export function securityHeaders(https: boolean) {
  const strict = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // WebAssembly, and no other eval: the portal reads HEIC by it.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    // Over plain http browsers ignore it and complain.
    crossOriginOpenerPolicy: https ? { policy: 'same-origin' } : false,
    // Nothing is loaded into a page that did not agree to it, so no other site's secrets come into its process.
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    originAgentCluster: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  return (request: Request, response: Response, next: NextFunction) => {
    response.set('Permissions-Policy', permissions);
    strict(request, response, next);
  };
}
