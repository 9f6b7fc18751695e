import type { Rng } from '../../../src/base/rng.js';
import { fill, pick } from './fill.js';
import type { Synset } from './wordnet.js';

const NAMES = [
  'Anna',
  'Ben',
  'Carla',
  'David',
  'Ella',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jack',
  'Kofi',
  'Lena',
  'Maria',
  'Nico',
  'Olga',
  'Peter',
  'Rosa',
  'Sam',
  'Tara',
  'Yusuf',
];
const THINGS = [
  'apples',
  'books',
  'tickets',
  'pencils',
  'marbles',
  'eggs',
  'cookies',
  'stamps',
  'bottles of water',
  'chairs',
  'flowers',
  'cards',
  'coins',
  'oranges',
  'pages',
  'shirts',
];

/** n: a number. N: a name. t: things to count. x: a variable. w: a word. d: what a word means. */
const MATHS = [
  '{N} has {n} {t} and «buys|finds|gets» {n} more. How many {t} does {N} have now?',
  '{N} «sells|gives away|loses» {n} of {n} {t}. How many are left?',
  'A «shop|store|farmer» sells {t} at ${n} each. If {N} buys {n} of them and pays with ${n}, how much change is there?',
  '{N} «earns|saves» ${n} «a day|a week|an hour». How much «money|in total» will it be after {n} ' +
    '«days|weeks|hours|months»?',
  'A «train|car|cyclist» travels {n} «miles|kilometers» in {n} hours. What is its average speed?',
  'There are {n} «students|people|children» in a «class|room|bus». {n}% of them have {t}. How many do not?',
  '{N} is {n} years old, «twice|three times» as old as {N}. How old will they be in {n} years?',
  'It takes {n} «workers|machines» {n} «days|hours» to make {n} {t}. How long does it take {n} of them?',
  'Calculate {n} «+|-|*|/» {n}.',
  'What is {n} «plus|minus|times|divided by» {n}?',
  'Solve for ${x}$: ${n}{x} «+|-» {n} = {n}$',
  'Find all real solutions of ${x}^2 «+|-» {n}{x} «+|-» {n} = 0$.',
  'Simplify $\\frac{{n}{x} + {n}}{{n}{x} - {n}}$.',
  'Evaluate $\\sqrt{{n}} «+|-|\\cdot» \\sqrt{{n}}$.',
  'Compute $\\int_0^{n} {x}^{n} d{x}$.',
  'What is the derivative of $f({x}) = {n}{x}^{n} - {n}{x}$?',
  'What is the remainder when ${n}^{{n}}$ is divided by ${n}$?',
  'How many positive «integers|divisors|primes|multiples of {n}» are there «below|between {n} and» {n}?',
  'What is the probability that «a die|two dice|a coin|a card» «shows|sums to|comes up» {n}?',
  'In how many ways can {n} {t} be «arranged|chosen|divided among {n} people»?',
  'A «triangle|rectangle|circle|cylinder» has «area|perimeter|radius|height» {n}. Find its ' +
    '«area|volume|diagonal|circumference».',
  'Find the «angle|length|distance|slope» between $({n}, {n})$ and $({n}, {n})$.',
  'Let $f({x}) = {n}{x} + {n}$ and $g({x}) = {x}^2 - {n}$. Find $f(g({n}))$.',
  'Convert {n} «miles|kilograms|degrees Fahrenheit|minutes|liters» to «kilometers|pounds|Celsius|seconds|gallons».',
];

const PROGRAMS = [
  'Write a «python|Python|JavaScript|Java|C++|Rust|SQL» «function|program|script|class|query» «to|that» ' +
    '«sorts|finds|counts|reverses|removes|checks|returns|prints|merges» «a list|the duplicates|the maximum|a ' +
    'string|the sum|prime numbers|the nth element|even numbers|a dictionary|the tuples|a binary tree|an array|a ' +
    'linked list|a matrix|characters|{w}».',
  'Write a function to «find|check|compute|extract|convert|count|remove|sort» the given ' +
    '«list|string|tuple|number|array|dictionary|matrix» «by|of|from|into|with» «integers|strings|lambda ' +
    'function|regex|index|heap queue|recursion|binary search|dynamic programming».',
  'def «is|get|find|count|make|sort|sum»_items(«n|numbers|text|items|x, y|a, b»):\n    """ {d}.\n    >>> ' +
    '«is|get|find»_items({n})\n    «True|False|{n}»\n    """',
  'def «solve|check|merge|remove»(«numbers: list[int]|words: list[str]|text: str») -> ' +
    '«int|list[int]|bool|str»:\n    # «Return|Check|Find» {d}.\n    ',
  'Complete the following function: function «add|render|fetch|update»(«a, b|state|url|props») { return ',
  'Why does this code «throw an error|return undefined|run slowly»? const «x|items|result» = «await ' +
    'fetch(url)|list.map((i) => i * {n})|JSON.parse(text)»;',
  'Fix the bug: for i in range({n}): «print(i)|total += i|list.append(i)»',
  'assert «solve|check|merge»(«[1, 2, 3]|"{w}"|{n}») == «True|False|[{n}, {n}]|"{w}"»',
  'SELECT «name|id|count(*)» FROM «users|orders|products» WHERE «age|price|total» > {n} «ORDER BY name|GROUP ' +
    'BY id|LIMIT {n}»;',
  'How do I «install|import|configure|debug|deploy|test» «a package|a module|docker|git|a web server|a ' +
    'database|an API» in «Python|Node.js|Linux|the cloud»?',
  'Explain what this «regular expression|command|error|algorithm|loop» does: «^[a-z]+$|git rebase -i ' +
    'HEAD~{n}|IndexError: list index out of range|quicksort|while True: x += 1»',
];

const number = (rng: Rng): string => {
  const size = rng.next();
  const n = rng.int(size < 0.5 ? 20 : size < 0.9 ? 200 : 10_000) + 2;
  return rng.next() < 0.06 ? `${n}.${rng.int(90) + 10}` : String(n);
};

/** Exercises in arithmetic, mathematics and programming, `count` of them. */
export function makeExercises(synsets: readonly Synset[], count: number, rng: Rng): string[] {
  const parts = {
    n: () => number(rng),
    N: () => pick(NAMES, rng),
    t: () => pick(THINGS, rng),
    x: () => pick(['x', 'y', 'a', 'b', 'n', 't'], rng),
    w: () => pick(pick(synsets, rng).words, rng),
    d: () => pick(synsets, rng).gloss.split(';')[0]!,
  };
  return Array.from({ length: count }, (_, i) => fill(pick(i % 3 === 2 ? PROGRAMS : MATHS, rng), parts, rng));
}
