/** How many of so many steps are taken: all, up to `whole`; beyond, as the square root of them. */
export const dampedSteps = (all: number, whole: number): number => Math.round(Math.min(all, Math.sqrt(all * whole)));
