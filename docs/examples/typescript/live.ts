/**
 * Prints what becomes of one creator's jobs, one line for each change, as a page would show it.
 *
 *     FUNCTIONS_URL='http://127.0.0.1:7071' TOKEN='eyJ…' npx tsx docs/examples/typescript/live.ts [COUNT]
 *
 * The token is the front end's own: a JWT that names the creator and that the workers can check
 * (AUTH_JWT_SECRET or AUTH_JWT_PUBLIC_KEY). Locally `python -m infra.local live` makes one.
 */
import { HubConnectionBuilder, LogLevel, type HubConnection } from "@microsoft/signalr";

import { applied, resultOf, type Job, type JobUpdate } from "./updates";

function connectionTo(functionsUrl: string, token: () => string | Promise<string>): HubConnection {
  return new HubConnectionBuilder()
    // The client asks POST …/api/negotiate with this token, and is sent on to the SignalR service.
    .withUrl(`${functionsUrl}/api`, { accessTokenFactory: token })
    .withAutomaticReconnect()
    .configureLogging(LogLevel.Error)
    .build();
}

async function follow(connection: HubConnection, count: number): Promise<void> {
  const jobs = new Map<string, Job>();
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    connection.on("jobUpdate", (update: JobUpdate) => {
      const before = jobs.get(update.jobId);
      const job = applied(before, update);
      if (!job || job === before) return; // stale, or the same again
      jobs.set(update.jobId, job);
      console.log(JSON.stringify({ jobId: update.jobId, ...job.state, result: resultOf(job) }));
      seen += 1;
      if (seen >= count) resolve();
    });
    // What happened while nobody listened is not sent again: ask GET /api/jobs/{jobId} about open jobs here.
    connection.onreconnected(() => console.error("Connected again."));
    connection.start().then(() => console.error("Connected."), reject);
  });
}

async function main(): Promise<void> {
  const functionsUrl = process.env["FUNCTIONS_URL"];
  const token = process.env["TOKEN"];
  if (!functionsUrl || !token) throw new Error("FUNCTIONS_URL and TOKEN have to be set.");
  const connection = connectionTo(functionsUrl, () => token);
  try {
    await follow(connection, Number(process.argv[2] ?? Infinity));
  } finally {
    await connection.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
