/** Lets progress messages and signals through between two long steps. */
export const breathe = (): Promise<void> => new Promise((resume) => setImmediate(resume));
