import type { z } from 'zod';
import type { PointsmanError } from '../../base/errors.js';

/** How errors are answered. */
export interface ErrorForm {
  contentType: string;
  /** Of the body, for OpenAPI. */
  schema: z.ZodType;
  bodyOf(error: PointsmanError): unknown;
}
