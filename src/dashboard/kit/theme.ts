import { effect, signal } from '@preact/signals';

const STORED = 'pointsman-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const stored = localStorage.getItem(STORED);
/** Light, dark, or what the system says. */
export const theme = signal<Theme>(THEMES.find((one) => one === stored) ?? 'auto');

const system = matchMedia('(prefers-color-scheme: dark)');
/** Whether it is dark now: charts are drawn anew when this changes. */
export const isDark = signal(false);
/** The system's choice, as a signal. */
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => (systemIsDark.value = system.matches));

effect(() => {
  isDark.value = theme.value === 'dark' || (theme.value === 'auto' && systemIsDark.value);
  document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
  localStorage.setItem(STORED, theme.value);
});

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
}
