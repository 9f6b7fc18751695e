/** The tensor types that other modules name: only this folder imports TensorFlow.js. */
export type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
