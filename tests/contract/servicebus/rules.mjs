// node rules.mjs CONNECTION TOPIC SUBSCRIPTION: replace the rules of a subscription and see what passes.
import { ServiceBusClient } from "@azure/service-bus";

const [connection, topic, subscription] = process.argv.slice(2);
const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 0 } });
const manager = client.createRuleManager(topic, subscription);
const code = (error) => error.code ?? String(error);

async function rules() {
  const found = [];
  for await (const rule of manager.listRules()) found.push([rule.name, rule.filter.sqlExpression]);
  return found.sort();
}

const result = { before: await rules() };
await manager.deleteRule("$Default");
await manager.createRule("numbered", { sqlExpression: "n > 5" });
await manager.createRule("labelled", { subject: "l", applicationProperties: { n: 1 } });
result.after = await rules();

const sender = client.createSender(topic);
await sender.sendMessages([
  { body: "neither", messageId: "r-1", applicationProperties: { n: 1 } },
  { body: "label", messageId: "r-2", subject: "l", applicationProperties: { n: 1 } },
  { body: "number", messageId: "r-3", applicationProperties: { n: 6 } },
]);
const receiver = client.createReceiver(topic, subscription, { receiveMode: "receiveAndDelete" });
result.received = (await receiver.receiveMessages(3, { maxWaitTimeInMs: 1000 })).map(({ body }) => body);

result.again = await manager.createRule("numbered", { sqlExpression: "n > 6" }).then(() => "created", code);
result.nonsense = await manager.createRule("nonsense", { sqlExpression: "n >" }).then(() => "created", code);
result.missing = await manager.deleteRule("missing").then(() => "deleted", code);
await client.close();
console.log(JSON.stringify(result));
