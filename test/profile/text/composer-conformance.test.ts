import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import { createDeterministicComposer } from '../../../src/profile/text/composer/deterministic.js';
import { createOpenAIComposer } from '../../../src/profile/text/composer/openai.js';
import { composerConformance } from './composer-conformance.js';

/** An endpoint that answers with the question in its own words: longer, and with a number that differs each time. */
let server: Server;
let answered = 0;
before(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const content = `A profile of ${messages.at(-1)!.content} (${answered++})`;
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
after(() => {
  server.closeAllConnections();
  server.close();
});

composerConformance('by rule', async () => createDeterministicComposer());
composerConformance('behind the OpenAI protocol', async () =>
  createOpenAIComposer({
    model: 'small',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: '',
  }),
);
