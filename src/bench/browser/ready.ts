/** Sent by the bench worker once it listens: its modules load asynchronously, and what is posted before reaches nobody. */
export const workerReady = 'hubbub-bench/ready'
