import type { CommandNode, OptionNode, Takes } from './tree.js';

/** A word as a shell reads it back; of the three shells alike. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** The first sentence of a description, on one line, without a bracket that it opens and does not close. */
const short = (text: string): string =>
  (text.split(/[:;]|\. /, 1)[0] ?? '')
    .replace(/\([^)]*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
const nameOf = (path: readonly string[]): string => path.join(' ');

const wordsOf = (takes: Takes): readonly string[] => (typeof takes === 'string' ? [] : takes);
const flagsOf = (options: readonly OptionNode[]): string[] => options.flatMap(({ flags }) => flags);

/** Lines of a `case` of bash that answers for a command what may come next. */
function bashCase({ path, commands, options, argument }: CommandNode): string {
  const after = options
    .filter(({ takes }) => takes !== 'nothing')
    .map(({ flags, takes }) => {
      const reply = takes === 'file' ? '_pointsman_files' : `_pointsman_words ${quoted(wordsOf(takes).join(' '))}`;
      return `        ${flags.join('|')}) ${reply}; return ;;`;
    });
  const words = [...commands.map(({ name }) => name), ...wordsOf(argument)];
  return [
    `    ${quoted(nameOf(path))})`,
    ...(after.length === 0 ? [] : ['      case "$before" in', ...after, '      esac']),
    '      if [[ "$current" == -* ]]; then',
    `        _pointsman_words ${quoted(flagsOf(options).join(' '))}`,
    ...(argument === 'file' ? ['      else', '        _pointsman_files'] : []),
    ...(words.length === 0 ? [] : ['      else', `        _pointsman_words ${quoted(words.join(' '))}`]),
    '      fi ;;',
  ].join('\n');
}

function bash(tree: readonly CommandNode[]): string {
  const paths = tree.filter(({ path }) => path.length > 0).map(({ path }) => quoted(nameOf(path)));
  return `# bash completion of pointsman. To have it: source <(pointsman completion bash)
_pointsman_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
_pointsman_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current"); }
_pointsman() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" at='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${at:+$at }$word" in
      ${paths.join('|')}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${tree.map(bashCase).join('\n')}
  esac
}
complete -F _pointsman pointsman
`;
}

/** A text within the brackets and colons of zsh's specifications. */
const zshText = (text: string): string => short(text).replaceAll(/[[\]:\\]/g, (sign) => `\\${sign}`);

function zshAction(takes: Takes): string {
  if (takes === 'file') return ':file:_files';
  const words = wordsOf(takes);
  return words.length === 0 ? ':value:' : `:value:(${words.join(' ')})`;
}

const zshOptions = (options: readonly OptionNode[]): string[] =>
  options.flatMap(({ flags, text, takes }) =>
    flags.map((flag) => quoted(`${flag}[${zshText(text)}]${takes === 'nothing' ? '' : zshAction(takes)}`)),
  );

const zshFunction = (path: readonly string[]): string =>
  ['_pointsman', ...path].join('_').replaceAll(/[^A-Za-z0-9_]/g, '_');

function zshCommand({ path, commands, options, argument }: CommandNode): string {
  const name = zshFunction(path);
  if (commands.length === 0) {
    const rest = argument === 'nothing' ? [] : [quoted(`*${zshAction(argument)}`)];
    return `${name}() {\n  _arguments ${[...zshOptions(options), ...rest].join(' \\\n    ')}\n}`;
  }
  const described = commands.map((one) => quoted(`${one.name.replaceAll(':', '\\:')}:${short(one.text)}`));
  const branches = commands.map((one) => `    ${one.name}) ${zshFunction([...path, one.name])} ;;`);
  return `${name}() {
  local line state
  _arguments -C ${zshOptions(options).join(' \\\n    ')} \\
    '1: :->command' '*::argument:->rest'
  case "$state" in
    command)
      local -a commands=(${described.join(' ')})
      _describe command commands ;;
    rest)
      case "$line[1]" in
${branches.map((line) => `    ${line}`).join('\n')}
      esac ;;
  esac
}`;
}

function zsh(tree: readonly CommandNode[]): string {
  return `#compdef pointsman
# zsh completion of pointsman. To have it: source <(pointsman completion zsh)
${tree.toReversed().map(zshCommand).join('\n')}
compdef _pointsman pointsman
`;
}

/** Whether the words before the cursor are those of a command, as fish asks it. */
const fishCondition = (path: readonly string[]): string =>
  quoted(`__pointsman_at ${quoted(nameOf(path))}`).replaceAll(`'\\''`, `\\'`);
const fishText = (text: string): string => `'${short(text).replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`;

function fishCommand({ path, commands, options, argument }: CommandNode): string[] {
  const start = `complete -c pointsman -n ${fishCondition(path)}`;
  return [
    ...commands.map(({ name, text }) => `${start} -f -a ${name} -d ${fishText(text)}`),
    ...options.map(({ flags, text, takes }) => {
      const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const words = wordsOf(takes);
      const value =
        takes === 'nothing'
          ? ''
          : takes === 'file'
            ? ' -r -F'
            : words.length === 0
              ? ' -x'
              : ` -x -a '${words.join(' ')}'`;
      return `${start} ${names.join(' ')}${value} -d ${fishText(text)}`;
    }),
    ...(argument === 'file' ? [`${start} -F`] : []),
    ...(wordsOf(argument).length > 0 ? [`${start} -f -a '${wordsOf(argument).join(' ')}'`] : []),
  ];
}

function fish(tree: readonly CommandNode[]): string {
  const paths = tree.filter(({ path }) => path.length > 0).map(({ path }) => quoted(nameOf(path)));
  return `# fish completion of pointsman. To have it: pointsman completion fish | source
function __pointsman_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l further (string trim -- "$at $word")
    if contains -- $further ${paths.join(' ')}
      set at $further
    end
  end
  test "$at" = "$argv[1]"
end
complete -c pointsman -f
${tree.flatMap(fishCommand).join('\n')}
`;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes the commands, options and choices of a tree. */
export const completionFor = (shell: Shell, tree: readonly CommandNode[]): string => ({ bash, zsh, fish })[shell](tree);
