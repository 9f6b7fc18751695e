/**
 * The script of /docs: reads /openapi.json and lists every operation with its parameters, schemas and a form
 * to try it. Plain DOM, no dependency, so that the page works offline.
 */
export const docsScript = String.raw`
const make = (tag, props = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children.filter((child) => child !== undefined));
  return element;
};

const EXAMPLES = {
  'post /v1/route': { query: 'How many primes are there below 100?', explain: true },
  'post /v1/route/batch': { requests: [{ query: 'Translate "good morning" to French.' }] },
  'post /v1/feedback': { query: 'How many primes are there below 100?', model: 'openai/gpt-5-mini', score: 1 },
  'put /v1/models/{id}': { family: 'GPT', size_b: 20, input_price: 0.25, output_price: 2 },
  'put /v1/schedule': { pattern: '0 3 * * *', min_new_interactions: 100 },
  'post /v1/retrain': {},
};

const nameOf = (ref) => ref.split('/').pop();

function typeOf(schema) {
  if (!schema) return 'nothing';
  if (schema.$ref) return nameOf(schema.$ref);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const union = schema.anyOf || schema.oneOf;
  if (union) return union.map(typeOf).join(' | ');
  if (schema.type === 'array') return typeOf(schema.items) + '[]';
  if (schema.type === 'object' && schema.additionalProperties && schema.additionalProperties.type)
    return 'map of ' + typeOf(schema.additionalProperties);
  const bounds = [
    ['minimum', '≥ '],
    ['exclusiveMinimum', '> '],
    ['maximum', '≤ '],
  ]
    .filter(([key]) => schema[key] !== undefined && Math.abs(schema[key]) < Number.MAX_SAFE_INTEGER)
    .map(([key, sign]) => sign + schema[key]);
  return [schema.format || schema.type || 'any', ...bounds].join(' ');
}

function propertyTable(schema) {
  const required = new Set(schema.required || []);
  const rows = Object.entries(schema.properties || {}).map(([name, property]) =>
    make(
      'tr',
      {},
      make('td', {}, make('code', { textContent: name }), required.has(name) ? ' *' : ''),
      make('td', { textContent: typeOf(property) }),
      make('td', { textContent: property.description || '' }),
    ),
  );
  return rows.length ? make('table', {}, ...rows) : make('p', { textContent: typeOf(schema) });
}

function tryForm(method, path, operation) {
  const inputs = operation.parameters.map((parameter) => {
    const input = make('input', { placeholder: typeOf(parameter.schema), required: parameter.required });
    input.setAttribute('aria-label', parameter.name);
    return {
      parameter,
      input,
      row: make(
        'label',
        {},
        make('span', { textContent: parameter.name + ' (' + parameter.in + ')' + (parameter.required ? ' *' : '') }),
        input,
      ),
    };
  });
  const example = EXAMPLES[method + ' ' + path];
  const body =
    operation.requestBody &&
    make('textarea', { rows: 6, spellcheck: false, value: JSON.stringify(example || {}, null, 2) });
  if (body) body.setAttribute('aria-label', 'body');
  const answer = make('pre', { hidden: true });
  const form = make('form', {}, ...inputs.map((one) => one.row), body, make('button', { textContent: 'Send' }), answer);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { parameter, input } of inputs) {
      if (parameter.in === 'path') url = url.replace('{' + parameter.name + '}', encodeURIComponent(input.value));
      else if (input.value !== '' && parameter.in === 'query') query.append(parameter.name, input.value);
      else if (input.value !== '') headers[parameter.name] = input.value;
    }
    if (body) headers['Content-Type'] = 'application/json';
    const key = document.querySelector('#key').value.trim();
    if (key) headers.Authorization = 'Bearer ' + key;
    const search = query.toString();
    const started = performance.now();
    answer.hidden = false;
    try {
      const response = await fetch(url + (search ? '?' + search : ''), {
        method: method.toUpperCase(),
        headers,
        body: body ? body.value : undefined,
      });
      const text = await response.text();
      let shown = text;
      if ((response.headers.get('content-type') || '').includes('json'))
        shown = JSON.stringify(JSON.parse(text), null, 2);
      answer.textContent =
        response.status +
        ' ' +
        response.statusText +
        ', ' +
        (performance.now() - started).toFixed(1) +
        ' ms\n\n' +
        shown.slice(0, 50000);
    } catch (error) {
      answer.textContent = String(error);
    }
  });
  return form;
}

function operationView(method, path, operation) {
  const details = make(
    'details',
    {},
    make(
      'summary',
      {},
      make('b', { className: method, textContent: method.toUpperCase() }),
      ' ',
      make('code', { textContent: path }),
      ' ',
      operation.summary,
    ),
  );
  details.addEventListener('toggle', () => {
    if (details.children.length > 1) return;
    if (operation.description) details.append(make('p', { textContent: operation.description }));
    if (operation.parameters.length)
      details.append(
        make(
          'table',
          {},
          ...operation.parameters.map((parameter) =>
            make(
              'tr',
              {},
              make('td', {}, make('code', { textContent: parameter.name }), parameter.required ? ' *' : ''),
              make('td', { textContent: parameter.in + ', ' + typeOf(parameter.schema) }),
              make('td', { textContent: parameter.description || '' }),
            ),
          ),
        ),
      );
    if (operation.requestBody)
      details.append(
        make('p', {
          textContent:
            'Body: ' +
            Object.entries(operation.requestBody.content)
              .map(([type, content]) => typeOf(content.schema) + ' as ' + type)
              .join(', '),
        }),
      );
    details.append(
      make(
        'table',
        {},
        ...Object.entries(operation.responses).map(([status, response]) =>
          make(
            'tr',
            {},
            make('td', { textContent: status }),
            make('td', { textContent: response.description }),
            make('td', {
              textContent: Object.values(response.content || {})
                .slice(0, 1)
                .map((content) => typeOf(content.schema))
                .join(''),
            }),
          ),
        ),
      ),
    );
    details.append(tryForm(method, path, operation));
  });
  return details;
}

async function show() {
  const main = document.querySelector('main');
  const api = await (await fetch('/openapi.json')).json();
  document.querySelector('#about').textContent = api.info.description;
  const byTag = new Map();
  for (const [path, operations] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0];
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(operationView(method, path, operation));
    }
  const sections = [...byTag].map(([tag, views]) => make('section', {}, make('h2', { textContent: tag }), ...views));
  const schemas = Object.entries(api.components.schemas).map(([name, schema]) =>
    make(
      'details',
      {},
      make('summary', {}, make('code', { textContent: name }), ' ', schema.description || ''),
      propertyTable(schema),
    ),
  );
  main.replaceChildren(...sections, make('section', {}, make('h2', { textContent: 'schemas' }), ...schemas));
}

show().catch((error) => {
  document.querySelector('main').textContent = 'The API description could not be read: ' + error;
});
`;
