/**
 * `npm run encoder:distil`: makes the weights of the encoder `static`. `--help` says the rest, models/encoder/README.md
 * what from.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PointsmanError, messageOf } from '../../src/base/errors.js';
import { createRng } from '../../src/base/rng.js';
import { TABLE_FILE, WORDS_FILE, encodeTokenTable } from '../../src/encoder/token-table.js';
import { openBackend } from '../../src/tensor/backend.js';
import { buildCorpus } from './corpus/index.js';
import { readGlove } from './glove.js';
import { meanCosine, readTokens, reduceTeacher } from './lessons.js';
import { HELP, parseOptions, type Options } from './options.js';
import { quantize } from './quantize.js';
import { fetchSources } from './sources.js';
import { createStudent } from './student.js';
import { teach } from './teacher.js';
import { chooseWords } from './words.js';

const DIM = 128;
const WORDS = 30_000;
/** GloVe's most frequent words, each a text by itself: so every one of them is taught. */
const WORD_TEXTS = 12_000;
/** Sentences that the student never reads: how well it does on them is printed. */
const HELD_OUT = 1000;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function distil(options: Options): Promise<void> {
  const { work, cache, output, version, epochs, seed } = options;
  const rng = createRng(seed);
  const modules = fetchSources(work);
  const sentences = buildCorpus(modules, rng.fork('corpus'));
  const glove = readGlove(modules);
  const chosen = chooseWords(sentences, glove, WORDS);
  const lone = [...glove.keys()].filter((word) => /^[a-z]{3,}$/.test(word)).slice(0, WORD_TEXTS);
  const texts = [...sentences, ...lone];
  print(`seed ${seed}: ${sentences.length} sentences, ${lone.length} single words, ${chosen.words.length} words known`);

  const vectors = await teach(texts, work, cache, (done) => print(`teacher: ${done} of ${texts.length} texts`));
  const { tf, description } = await openBackend(options.backend);
  const targets = reduceTeacher(tf, vectors, sentences.length, DIM, rng.fork('directions'));
  const lessons = { tokens: readTokens(texts, chosen.words), targets };
  const held = Int32Array.from({ length: HELD_OUT }, (_, i) => i);
  const learned = Int32Array.from(texts.keys())
    .subarray(HELD_OUT)
    .filter((text) => lessons.tokens[text]!.length > 0);

  print(`student: ${learned.length} texts, ${HELD_OUT} held out, ${description}`);
  const student = createStudent(tf, chosen, lessons, DIM, rng.fork('student'));
  const order = rng.fork('order');
  let cosine = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = await student.epoch(order.shuffle(learned), epoch, epochs);
    cosine = meanCosine(student.table(), lessons, held, DIM);
    print(
      `epoch ${epoch + 1} of ${epochs}: loss ${loss.toFixed(4)}, cosine with the teacher on held-out sentences ` +
        `${cosine.toFixed(4)}`,
    );
  }

  const notes = { seed: String(seed), epochs: String(epochs), heldOutCosine: cosine.toFixed(4) };
  const files = encodeTokenTable({ version, words: chosen.words, dim: DIM, ...quantize(student.table(), DIM) }, notes);
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, WORDS_FILE), files.words);
  writeFileSync(join(output, TABLE_FILE), files.table);
  print(
    `wrote ${join(output, TABLE_FILE)} (${files.table.length} bytes) and ${WORDS_FILE} (${files.words.length} bytes)`,
  );
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) print(HELP);
  else await distil(options);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof PointsmanError ? error.exitCode : 1;
}
