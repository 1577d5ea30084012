// Vercel's `ai` with its providers for OpenAI and Anthropic.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, streamText, tool } from "ai";
import { run, TIMEOUT_MS } from "./job.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const schema = { type: "object", properties: { what: { type: "string" } }, required: ["what"] };
const tools = { look_up: tool({ description: "Looks up.", inputSchema: jsonSchema(schema) }) };

function model(job) {
  const given = { apiKey: "k", baseURL: `${job.base_url}/v1` };
  if (job.api === "messages") return createAnthropic(given)(job.model);
  const openai = createOpenAI(given);
  return job.api === "chat" ? openai.chat(job.model) : openai.responses(job.model);
}

function used(usage, into) {
  if (usage?.inputTokens !== undefined) into.usage = [usage.inputTokens, usage.outputTokens];
}

run(async (job, into) => {
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS);
  const asked = { model: model(job), prompt: "Hi?", tools, maxRetries: 0, abortSignal };
  if (job.way === "whole") {
    const result = await generateText(asked);
    into.add("final", result.text);
    into.finishes[0] = result.finishReason;
    into.reasoning = result.reasoningText ?? "";
    for (const call of result.toolCalls) into.call(call.toolName, call.input);
    return used(result.totalUsage, into);
  }
  for await (const part of streamText({ ...asked, onError: () => {} }).fullStream) {
    if (part.type === "text-delta") into.add("delta", part.text);
    if (part.type === "reasoning-delta") into.reasoning += part.text;
    if (part.type === "tool-call") into.call(part.toolName, part.input);
    if (part.type === "error") into.fail(part.error);
    if (part.type === "finish") {
      into.finishes[0] = part.finishReason;
      used(part.totalUsage, into);
    }
  }
});
