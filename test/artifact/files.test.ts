import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { temporaryFolder } from '../support/temporary.js';
import { filesConformance } from './files-conformance.js';

filesConformance('a folder', () => {
  const folder = temporaryFolder();
  return {
    files: openArtifactFolder(folder.path),
    again: () => openArtifactFolder(folder.path),
    remove: folder.remove,
  };
});
