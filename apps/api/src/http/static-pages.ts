import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Express, type Response } from 'express';

const require = createRequire(import.meta.url);
const swagger = dirname(require.resolve('swagger-ui-dist/package.json'));

const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flux Context API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** A browser that is signed in may try the doors from this page; the header tells them that it is ours. */
const docsScript = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  requestInterceptor: (request) => {
    request.headers['X-Flux-Request'] = '1';
    return request;
  },
});
`;

const docsFiles = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/** The page at `/docs`: files of the library and two of our own, nothing inline. */
export function mountDocs(app: Express): void {
  app.get('/docs', (_request, response) => void response.type('html').send(docsPage));
  app.get('/docs/start.js', (_request, response) => void response.type('js').send(docsScript));
  for (const file of docsFiles) app.get(`/docs/${file}`, (_request, response) => response.sendFile(join(swagger, file), { maxAge: '1h' }));
}

/** The portal's built files at `/`. Names under `assets/` carry a hash, so they never change; the page itself is asked for each time. */
export function mountPortal(app: Express, directory: string): void {
  const cache = (response: Response, path: string) =>
    void response.set('Cache-Control', path.startsWith(join(directory, 'assets/')) ? 'public, max-age=31536000, immutable' : 'no-cache');
  app.use(express.static(directory, { index: 'index.html', dotfiles: 'ignore', redirect: false, cacheControl: false, setHeaders: cache }));
}
