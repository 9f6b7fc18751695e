import { PointsmanError } from '../base/errors.js';

/** What is said of a version that nobody registered. */
export const versionNotFound = (version: string): PointsmanError =>
  new PointsmanError(
    'version_not_found',
    `There is no version ${JSON.stringify(version)}; GET /v1/weights lists those there are`,
  );
