import type { PageProps } from './index.js';
import { ModelList } from './models/list.js';
import { Profile } from './models/profile.js';
import './models/models.css';

/** All LLMs; or, where its address names one, its profile. Ids may have slashes of their own. */
export default function ModelsPage({ parts }: PageProps) {
  const id = parts.join('/');
  return id === '' ? <ModelList /> : <Profile key={id} id={id} />;
}
