// node lifecycle.mjs CONNECTION QUEUE: every way to settle a message; the queue's lock lasts one second.
import { ServiceBusClient } from "@azure/service-bus";

const [connection, queue] = process.argv.slice(2);
const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 0 } });
const sender = client.createSender(queue);
const receiver = client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: 0 });
const dead = client.createReceiver(queue, { subQueueType: "deadLetter" });
const receive = (from, count, wait = 2000) => from.receiveMessages(count, { maxWaitTimeInMs: wait });
const body = (message) => message.body;

const batch = await sender.createMessageBatch();
for (const n of [0, 1, 2, 3, 4]) batch.tryAddMessage({ body: String(n), messageId: `js-${n}` });
await sender.sendMessages(batch);

const result = { peeked: (await receiver.peekMessages(10)).map(body) };
let messages = await receive(receiver, 5);
result.received = messages.map(body);
const [completed, abandoned, deferred, buried, kept] = messages;
await receiver.completeMessage(completed);
await receiver.abandonMessage(abandoned, { note: "changed" });
await receiver.deferMessage(deferred);
await receiver.deadLetterMessage(buried, {
  deadLetterReason: "why",
  deadLetterErrorDescription: "because",
  note: "extra",
});
const lockedUntil = await receiver.renewMessageLock(kept);

const [fetched] = await receiver.receiveDeferredMessages(deferred.sequenceNumber);
result.deferred = fetched.body;
await receiver.completeMessage(fetched);

messages = await receive(receiver, 1);
result.again = messages.map((m) => [m.body, m.deliveryCount, m.applicationProperties.note]);
await receiver.completeMessage(messages[0]);

messages = await receive(dead, 1);
result.dead = messages.map((m) => [
  m.body,
  m.deadLetterReason,
  m.deadLetterErrorDescription,
  m.applicationProperties.note,
]);
await dead.completeMessage(messages[0]);

const code = (error) => error.code ?? String(error);
await new Promise((resolve) => setTimeout(resolve, Math.max(0, lockedUntil - Date.now()) + 100));
result.lockLost = await receiver.completeMessage(kept).then(() => "completed", code);
messages = await receive(receiver, 1);
result.redelivered = messages.map((m) => [m.body, m.deliveryCount]);
await receiver.completeMessage(messages[0]);

const due = new Date(Date.now() + 500);
const numbers = await sender.scheduleMessages(
  [
    { body: "never", messageId: "js-never" },
    { body: "later", messageId: "js-later" },
  ],
  due,
);
await sender.cancelScheduledMessages(numbers[0]);
messages = await receive(receiver, 1, 3000);
result.scheduled = messages.map(body);
await receiver.completeMessage(messages[0]);

result.unknownQueue = await client
  .createSender("no-such-queue")
  .sendMessages({ body: "lost" })
  .then(() => "sent", code);
result.empty = (await receive(receiver, 1, 200)).length;
await client.close();
console.log(JSON.stringify(result));
