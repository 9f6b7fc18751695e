/** One answer as an OpenAPI document has it. */
export interface DocumentedAnswer {
  description: string;
  /** Schemas by media type; undefined for an answer without content. */
  content?: Record<string, { schema: object }>;
}

/** What one method of one path takes and answers. */
export interface DocumentedOperation {
  operationId: string;
  parameters: { name: string; in: 'path' | 'query' | 'header'; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  /** By status. */
  responses: Record<string, DocumentedAnswer>;
}

/** What is read of an OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: string;
  /** By path and method in lower case. */
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, object> };
}

/** An operation and how it is called: `GET /v1/models/{id}`. */
export interface NamedOperation {
  name: string;
  method: string;
  path: string;
  operation: DocumentedOperation;
}

/** Every operation of a document, in its order. */
export function operationsIn({ paths }: OpenApiDocument): NamedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lower, operation]) => {
      const method = lower.toUpperCase();
      return { name: `${method} ${path}`, method, path, operation };
    }),
  );
}
