/**
 * Prints what becomes of jobs, one event a line, until Ctrl-C or until as many as asked for have come.
 *
 *     SERVICEBUS_CONNECTION='Endpoint=sb://…' npx tsx docs/examples/typescript/follow.ts SUBSCRIPTION [COUNT]
 *
 * Every event is taken from the subscription, so give it one that no worker reads.
 */
import { ServiceBusClient, type ServiceBusReceiver } from "@azure/service-bus";

import type { JobEvent } from "../../contracts/types";

async function follow(receiver: ServiceBusReceiver, count: number): Promise<void> {
  let seen = 0;
  for await (const message of receiver.getMessageIterator()) {
    const event = message.body as JobEvent;
    console.log(JSON.stringify(event));
    await receiver.completeMessage(message);
    seen += 1;
    if (seen >= count) return;
  }
}

async function main(): Promise<void> {
  const connection = process.env["SERVICEBUS_CONNECTION"];
  if (!connection) throw new Error("SERVICEBUS_CONNECTION is not set.");
  const [subscription, count] = process.argv.slice(2);
  if (!subscription) throw new Error("Usage: follow.ts SUBSCRIPTION [COUNT]");
  const client = new ServiceBusClient(connection);
  try {
    await follow(client.createReceiver("huntaze-events", subscription), Number(count ?? Infinity));
  } finally {
    await client.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
