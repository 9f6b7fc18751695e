/** Best grade that a judge gives; 0 is the worst. */
export const BEST_GRADE = 10;

/** Closing braces that are looked at: what a judge says is short. */
const MOST_BRACES = 50;

const NUMBER = String.raw`-?\d+(?:[.,]\d+)?`;

/** A grade as judges write it: 7, "7", "7/10"; undefined where it is none, or out of range. */
function gradeOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const match = new RegExp(String.raw`^\s*(${NUMBER})\s*(?:/\s*${BEST_GRADE}\s*)?\.?\s*$`).exec(String(value));
  const grade = match === null ? NaN : Number(match[1]!.replace(',', '.'));
  return grade >= 0 && grade <= BEST_GRADE ? grade : undefined;
}

/** Texts within `text` that begin with a brace and end with the one that closes it, the last first. */
function objectsIn(text: string): string[] {
  const found: string[] = [];
  let end = text.lastIndexOf('}');
  for (let tries = 0; end >= 0 && tries < MOST_BRACES; tries++) {
    let depth = 0;
    for (let i = end; i >= 0; i--) {
      if (text[i] === '}') depth++;
      else if (text[i] === '{' && --depth === 0) {
        found.push(text.slice(i, end + 1));
        break;
      }
    }
    end = end === 0 ? -1 : text.lastIndexOf('}', end - 1);
  }
  return found;
}

function fromJson(text: string, names: readonly string[]): number[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (parsed === null || typeof parsed !== 'object') return undefined;
  const grades = names.map((name) => gradeOf((parsed as Record<string, unknown>)[name]));
  return grades.every((grade) => grade !== undefined) ? grades : undefined;
}

/** The last `name: number` of each name, where JSON is broken or was not kept to. */
function fromText(text: string, names: readonly string[]): number[] | undefined {
  const grades = names.map((name) => {
    const pattern = new RegExp(String.raw`\b${name}\b["'*\s]*[:=]["'*\s]*(${NUMBER})`, 'gi');
    return gradeOf([...text.matchAll(pattern)].at(-1)?.[1]);
  });
  return grades.every((grade) => grade !== undefined) ? grades : undefined;
}

/**
 * Reads grades from 0 to 10 by their names, whatever a judge wrote around them: JSON as asked for, JSON in a fence or
 * after some thoughts, names with numbers; of a single name, a number by itself, too. Undefined where one is missing or
 * out of range.
 */
export function gradesIn(text: string, names: readonly string[]): number[] | undefined {
  const short = text.slice(-20_000);
  for (const part of [short, ...objectsIn(short)]) {
    const grades = fromJson(part, names);
    if (grades !== undefined) return grades;
  }
  const named = fromText(short, names);
  if (named !== undefined) return named;
  const alone = names.length === 1 ? gradeOf(short) : undefined;
  return alone === undefined ? undefined : [alone];
}
