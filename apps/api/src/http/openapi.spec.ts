import { allRoutes, errorDefinitions } from '@flux-context/contracts';
import { describe, expect, it } from '@jest/globals';
import { impliedErrors, openApiDocument } from './openapi.js';

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content?: Record<string, { schema: { allOf?: [unknown, { properties: { code: { enum: string[] } } }] } }> }>;
}
const document = openApiDocument(allRoutes) as { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } };
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

describe('the OpenAPI document', () => {
  it('describes every route once', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(allRoutes.map(({ id }) => id).toSorted());
  });

  it('documents every error code of a route under its status', () => {
    for (const route of allRoutes) {
      const operation = operations.find(({ operationId }) => operationId === route.id);
      for (const code of route.errors) {
        const schema = operation?.responses[errorDefinitions[code].status]?.content?.['application/problem+json']?.schema;
        expect(schema?.allOf?.[1].properties.code.enum).toContain(code);
      }
    }
  });

  it('has no status that is both an answer and an error, and no route that repeats what every one can answer', () => {
    for (const route of allRoutes) {
      const errors = route.errors.map((code) => errorDefinitions[code].status);
      expect(Object.keys(route.responses).filter((status) => errors.includes(Number(status)))).toEqual([]);
      expect({ id: route.id, repeated: route.errors.filter((code, index) => impliedErrors(route).includes(code) || route.errors.indexOf(code) !== index) }).toEqual({ id: route.id, repeated: [] });
    }
  });

  it('says that an address can be malformed where it holds a parameter', () => {
    for (const { id, params } of allRoutes.filter(({ body }) => body === undefined)) {
      const codes = operations.find(({ operationId }) => operationId === id)?.responses[400]?.content?.['application/problem+json']?.schema.allOf?.[1].properties.code.enum ?? [];
      expect({ id, malformed: codes.includes('request.malformed') }).toEqual({ id, malformed: params !== undefined });
    }
  });

  it('refers only to components that it has, and spells out each that is named', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].flatMap(([, target]) => target ?? []);
    expect(references.length).toBeGreaterThan(20);
    for (const target of references) expect(Object.keys(document.components.schemas)).toContain(target.replace('#/components/schemas/', ''));
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Problem', 'EditStatus', 'Person', 'PersonDraft', 'ApiKey']));
  });

  it('asks for what a caller must send and leaves out what has a default', () => {
    const draft = document.components.schemas['PersonDraft'] as { required: string[] };
    expect(draft.required).toEqual(['name', 'email']);
    const create = operations.find(({ operationId }) => operationId === 'createEdit');
    expect(Object.keys(create?.requestBody?.content ?? {})).toEqual(['multipart/form-data']);
    expect(create?.parameters).toContainEqual(expect.objectContaining({ name: 'idempotency-key', in: 'header', required: false }));
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const name of [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)) {
        for (const { parameters } of Object.values(methods)) expect(parameters).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }));
      }
    }
  });
});
