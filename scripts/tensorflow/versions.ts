/** What is set up, and nothing newer or older: these versions were built against each other. */
export const TFJS_VERSION = '4.22.0';
export const TENSORFLOW_VERSION = '2.21.0';
export const ADDON_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** `cpu` takes the `tensorflow-cpu` wheel, `gpu` the `tensorflow` wheel and the CUDA libraries that it names. */
export type Variant = 'cpu' | 'gpu';

export const WHEEL_NAME: Record<Variant, string> = { cpu: 'tensorflow-cpu', gpu: 'tensorflow' };

/** Free disk needed at the peak of a set-up, in bytes; `repair` where the libraries are there already. */
export const DISK_NEEDED: Record<Variant | 'repair', number> = { cpu: 2.0e9, gpu: 12e9, repair: 0.7e9 };
