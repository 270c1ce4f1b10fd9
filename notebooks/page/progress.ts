/** How far a run in a worker has come. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Seconds that the worker needed so far. */
  readonly seconds: number;
  readonly stopped: boolean;
}

export type ToWorker<Request> =
  | { readonly kind: "run"; readonly id: number; readonly request: Request }
  | { readonly kind: "stop"; readonly id: number };

export type FromWorker<T> =
  | {
      readonly kind: "progress";
      readonly id: number;
      readonly progress: Progress;
      /** None while nothing is done. */
      readonly result?: T;
      readonly over: boolean;
    }
  | { readonly kind: "error"; readonly id: number; readonly message: string };
