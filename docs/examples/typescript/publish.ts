/**
 * Asks for three replies to a fan's message, exactly as the front end does.
 *
 *     SERVICEBUS_CONNECTION='Endpoint=sb://…' npx tsx docs/examples/typescript/publish.ts "Hey! How was your day?"
 *
 * Prints the job's id; `follow.ts` shows what becomes of it.
 */
import { randomUUID } from "node:crypto";

import { ServiceBusClient } from "@azure/service-bus";

import type { ChatSuggestJob } from "../../contracts/types";

function chatJob(fanMessage: string): ChatSuggestJob {
  return {
    jobId: `job_${Date.now()}_${randomUUID().slice(0, 8)}`,
    jobType: "chat.suggest",
    creatorId: "123",
    payload: {
      fanMessage,
      context: { fanName: "Alex", tier: "vip", recentMessages: [{ sender: "creator", text: "Good morning!" }] },
      conversationId: "conversation_7",
    },
    attempt: 0,
    createdAt: new Date().toISOString(),
    deadlineMs: 90_000,
  };
}

async function publish(job: ChatSuggestJob, connection: string): Promise<void> {
  const client = new ServiceBusClient(connection);
  try {
    await client.createSender("huntaze-jobs").sendMessages({
      body: job,
      contentType: "application/json",
      // The broker routes by these, never by the body.
      applicationProperties: { jobType: job.jobType, jobId: job.jobId, creatorId: job.creatorId },
    });
  } finally {
    await client.close();
  }
}

async function main(): Promise<void> {
  const connection = process.env["SERVICEBUS_CONNECTION"];
  if (!connection) throw new Error("SERVICEBUS_CONNECTION is not set.");
  const job = chatJob(process.argv[2] ?? "Hey! How was your day?");
  await publish(job, connection);
  console.log(job.jobId);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
