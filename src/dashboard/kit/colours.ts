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

const given = new Map<string, string>();

/** The colour of a name, the same on all pages: in the order in which names are first seen. */
export function colourOf(name: string): string {
  let colour = given.get(name);
  if (colour === undefined) given.set(name, (colour = COLOURS[given.size % COLOURS.length]!));
  return colour;
}

/** A colour of the theme, such as `--muted`, as it is now. */
export const themeColour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
