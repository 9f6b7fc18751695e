import { drawFlowchart } from './flowchart.js';

/** `![words](pictures/name.svg)` on a line of its own. */
const PICTURE = /^!\[([^\]]*)\]\(([^)\s]+\.svg)\)$/gm;
const FLOWCHART = /^```mermaid\n(.*?)^```$/gms;

/** A picture as it stands in a page. */
function placed(svg: string, words: string): string {
  const label = words.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `\n${svg.replace('<svg ', `<svg v-pre class="picture" role="img" aria-label="${label}" `)}\n`;
}

/**
 * A page with its pictures in it, so that they follow the page's colours. In a file of its own a picture has a style of
 * its own, which is left out here. `read` gets a picture's path as the page has it.
 */
export function inlinePictures(text: string, read: (path: string) => string): string {
  return text
    .replaceAll(FLOWCHART, (_, chart: string) => placed(drawFlowchart(chart), 'What leads to what, from the top'))
    .replaceAll(PICTURE, (_, words: string, path: string) => {
      const svg = read(path)
        .replace(/<style>[\s\S]*?<\/style>/, '')
        .replaceAll(/\n\s*/g, ' ');
      return placed(svg.trim(), words);
    });
}
