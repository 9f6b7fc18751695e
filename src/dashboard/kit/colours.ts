/** Colours that are told apart, by people who don't see all of them too (after Okabe and Ito, and Tol). */
const COLOURS = [
  '#3b6fd4',
  '#d9822b',
  '#2f9e62',
  '#c2417c',
  '#7a5cd0',
  '#2a9bb5',
  '#b8901c',
  '#cc4b37',
  '#5f7d31',
  '#8a5a44',
  '#4c6b8a',
  '#a24fb0',
];

/** A number from 0 that a name always has. */
function hashOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
  return hash;
}

/** Gives each name a colour that it keeps; where another has its own already, the next that is free. */
export function createPalette(): (name: string) => string {
  const given = new Map<string, string>();
  return (name) => {
    let colour = given.get(name);
    if (colour === undefined) {
      const own = hashOf(name);
      const taken = given.size < COLOURS.length ? new Set(given.values()) : undefined;
      const from = COLOURS.map((_, i) => COLOURS[(own + i) % COLOURS.length]!);
      given.set(name, (colour = from.find((one) => taken?.has(one) !== true)!));
    }
    return colour;
  };
}

/** The colour of an LLM, the same on all pages. */
export const colourOf = createPalette();

/** A colour of the theme, such as `--muted`, as it is now. */
export const themeColour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
