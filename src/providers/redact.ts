/** Shorter beginnings of a secret are as likely something else, such as `sk-proj-`. */
const LONG = 12;
/** A text as short as this is nobody's secret, and would be found everywhere. */
const SHORT = 4;
const SHOWN = '[key]';

/** As a secret may be written in JSON, and in a URL. */
function formsOf(secret: string): string[] {
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])];
}

function withoutForm(text: string, form: string): string {
  const begin = form.slice(0, LONG);
  let [out, from] = ['', 0];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, from)) {
    let end = at + begin.length;
    while (end - at < form.length && text[end] === form[end - at]) end++;
    out += text.slice(from, at) + SHOWN;
    from = end;
  }
  return from === 0 ? text : out + text.slice(from);
}

/**
 * The text with `[key]` in place of each secret, and of each beginning of one that is at least twelve characters long.
 * A text that is to be cut is redacted before.
 */
export function redacted(text: string, secrets: Iterable<string>): string {
  let left = text;
  for (const secret of secrets)
    if (secret.length >= SHORT) for (const form of formsOf(secret)) left = withoutForm(left, form);
  return left;
}
