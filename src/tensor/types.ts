import type * as tfjs from '@tensorflow/tfjs';

/** TensorFlow.js, whichever copy the backend came with. Everything that makes tensors is given it. */
export type TensorFlow = typeof tfjs;

/** The tensor types that other modules name: only this folder imports TensorFlow.js. */
export type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
