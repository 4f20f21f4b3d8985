// Gives each of several jobs' events to a client in every order, and twice, and prints where each job ends.
//     tsx any_order.mts CLIENT_MODULE… '[[event, …], …]'
import type { Job, JobUpdate } from "../../../docs/examples/typescript/updates";

interface Client {
  applied(before: Job | undefined, update: JobUpdate): Job | undefined;
  resultOf(job: Job): unknown;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [first, ...rest]),
  );
}

function ends({ applied, resultOf }: Client, events: readonly JobUpdate[]): unknown[] {
  const found = new Set<string>();
  for (const order of permutations(events)) {
    let job: Job | undefined;
    for (const event of [...order, ...order]) job = applied(job, event);
    const result = resultOf(job!) as Record<string, unknown> | null;
    const sorted = result && Object.fromEntries(Object.entries(result).sort());
    found.add(JSON.stringify({ version: job!.state!.version, status: job!.state!.status, result: sorted }));
  }
  return [...found].map((end) => JSON.parse(end));
}

const clients: Client[] = await Promise.all(process.argv.slice(2, -1).map((path) => import(path)));
const jobs: JobUpdate[][] = JSON.parse(process.argv.at(-1)!);
console.log(JSON.stringify(clients.map((client) => jobs.map((events) => ends(client, events)))));
