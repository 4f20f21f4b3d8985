// node send.mjs CONNECTION ENTITY MARK JOB_TYPE: one message, then a batch of three, as the front end publishes.
import { ServiceBusClient } from "@azure/service-bus";

const [connection, entity, mark, jobType] = process.argv.slice(2);
const client = new ServiceBusClient(connection);
const sender = client.createSender(entity);

const job = (n) => ({
  body: { jobId: `${mark}-${n}`, jobType, n },
  contentType: "application/json",
  messageId: `${mark}-${n}`,
  applicationProperties: { mark, jobType, creatorId: 123, ratio: 0.5, flag: true },
});

await sender.sendMessages(job(0));
const batch = await sender.createMessageBatch();
for (const n of [1, 2, 3]) {
  if (!batch.tryAddMessage(job(n))) throw new Error(`message ${n} does not fit`);
}
await sender.sendMessages(batch);
await client.close();
console.log(JSON.stringify({ sent: 4 }));
