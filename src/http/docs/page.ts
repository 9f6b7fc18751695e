import { createHash } from 'node:crypto';
import { docsScript } from './script.js';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 1.5rem 0 .3rem; text-transform: capitalize; }
details { border: 1px solid #8885; border-radius: 6px; margin: .3rem 0; padding: .4rem .7rem; }
summary { cursor: pointer; }
b { display: inline-block; min-width: 4.2rem; color: #1769aa; }
b.post { color: #2e7d32; } b.put { color: #b26a00; } b.delete { color: #c62828; }
table { border-collapse: collapse; margin: .5rem 0; }
td { border-top: 1px solid #8884; padding: .15rem .8rem .15rem 0; vertical-align: top; }
form { display: grid; gap: .4rem; margin-top: .6rem; }
label { display: grid; grid-template-columns: 14rem 1fr; }
input, textarea, button { font: inherit; }
textarea, pre, code { font-family: ui-monospace, monospace; font-size: .92em; }
button { justify-self: start; padding: .2rem 1.2rem; }
pre { overflow: auto; max-height: 30rem; background: #8882; padding: .6rem; border-radius: 6px; }
`;

/** The page behind /docs: it reads /openapi.json, so it can't fall behind it, and loads nothing from elsewhere. */
export const docsPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Pointsman API</title>
<style>${STYLE}</style>
<h1>Pointsman API</h1>
<p id="about"></p>
<p>The document behind this page: <a href="/openapi.json">/openapi.json</a></p>
<p><label>Key <input id="key" type="password" autocomplete="off" placeholder="where one is asked for"></label></p>
<main>Reading the API description…</main>
<script type="module">${docsScript}</script>
</html>
`;

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

export const docsHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Length': Buffer.byteLength(docsPage),
  'Content-Security-Policy':
    `default-src 'none'; connect-src 'self'; img-src data:; script-src ${hashSource(docsScript)}; style-src ` +
    `${hashSource(STYLE)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};
