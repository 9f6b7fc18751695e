import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument } from './document.js';

const DOCUMENT = 'urn:pointsman:openapi';

/** The same schema, with its references into the document that the validator holds. */
function placed(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${DOCUMENT}#/components/`)) as object;
}

/** Says what is wrong with a value by a schema of a document; undefined for nothing. */
export type SchemaCheck = (schema: object, value: unknown) => string | undefined;

/** A validator of values by the schemas of an OpenAPI 3.1 document, which are JSON Schema 2020-12. */
export function createSchemaCheck({ components }: Pick<OpenApiDocument, 'components'>): SchemaCheck {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
  addFormats.default(ajv);
  ajv.addKeyword('components');
  ajv.addSchema({ $id: DOCUMENT, components: placed(components) });
  const compiled = new WeakMap<object, ValidateFunction>();
  return (schema, value) => {
    let validate = compiled.get(schema);
    if (validate === undefined) compiled.set(schema, (validate = ajv.compile(placed(schema))));
    return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'the body' });
  };
}
