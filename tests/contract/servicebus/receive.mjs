// node receive.mjs CONNECTION TOPIC SUBSCRIPTION COUNT: receive and complete; print the messages.
import { ServiceBusClient } from "@azure/service-bus";

const [connection, topic, subscription, count] = process.argv.slice(2);
const client = new ServiceBusClient(connection);
const receiver = client.createReceiver(topic, subscription);

const received = await receiver.receiveMessages(Number(count), { maxWaitTimeInMs: 5000 });
for (const message of received) await receiver.completeMessage(message);
await client.close();
console.log(
  JSON.stringify(
    received.map(({ body, messageId, applicationProperties, deliveryCount }) => ({
      body,
      messageId,
      applicationProperties,
      deliveryCount,
    })),
  ),
);
