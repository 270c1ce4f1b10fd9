/** Mean wait in M/M/c, in mean services, when each server is busy a part `load` of the time (Erlang's C formula). */
export const erlangWait = (servers: number, load: number): number => {
  const offered = servers * load;
  // Erlang B by its recursion, then C from B.
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (offered * blocked) / (n + offered * blocked);
  const waits = blocked / (1 - load * (1 - blocked));
  return waits / (servers * (1 - load));
};
