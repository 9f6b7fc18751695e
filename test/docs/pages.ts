import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blocksOf, type Block } from '../../scripts/docs/blocks.js';
import { packageRoot } from '../../src/base/paths.js';

/** A document that people read. */
export interface Page {
  /** Below the root of the repository. */
  path: string;
  text: string;
  blocks: Block[];
}

/** Every document of the repository, but what is made of the code. */
export function pages(): Page[] {
  const docs = readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(?:reference|\.vitepress)\//.test(name))
    .toSorted()
    .map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', 'docker/README.md', ...docs].map((path) => {
    const text = readFileSync(join(packageRoot, path), 'utf8');
    return { path, text, blocks: blocksOf(text) };
  });
}
