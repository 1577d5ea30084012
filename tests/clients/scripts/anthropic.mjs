// The official `@anthropic-ai/sdk` client.
import Anthropic from "@anthropic-ai/sdk";
import { run, TIMEOUT_MS } from "./job.mjs";

const plain = (value) => JSON.parse(JSON.stringify(value));

function said(message, into) {
  for (const block of message.content) {
    if (block.type === "text") into.add("final", block.text);
    if (block.type === "thinking") into.reasoning += block.thinking;
    if (block.type === "tool_use") into.call(block.name, block.input);
  }
  into.finishes[0] = message.stop_reason;
  into.usage = [message.usage.input_tokens, message.usage.output_tokens];
  into.dump = plain(message);
}

function add(event, into) {
  if (event.type === "message_start") into.usage = [event.message.usage.input_tokens, 0];
  if (event.type === "content_block_start" && event.content_block.type === "tool_use")
    into.call(event.content_block.name, "");
  if (event.type === "content_block_delta") {
    const delta = event.delta;
    if (delta.type === "text_delta") into.add("delta", delta.text);
    if (delta.type === "thinking_delta") into.reasoning += delta.thinking;
    if (delta.type === "input_json_delta") into.tools.at(-1)[1] += delta.partial_json;
  }
  if (event.type === "message_delta") {
    into.finishes[0] = event.delta.stop_reason;
    into.usage = [into.usage?.[0] ?? 0, event.usage.output_tokens];
  }
}

run(async (job, into) => {
  const client = new Anthropic({ apiKey: "k", baseURL: job.base_url, maxRetries: 0, timeout: TIMEOUT_MS });
  const asked = { model: job.model, max_tokens: 100, messages: [{ role: "user", content: "Hi?" }] };
  if (job.way === "whole") return said(await client.messages.create(asked), into);
  if (job.way === "helper") {
    const stream = client.messages.stream(asked).on("text", (text) => into.add("delta", text));
    return said(await stream.finalMessage(), into);
  }
  into.dump = [];
  for await (const event of await client.messages.create({ ...asked, stream: true })) {
    add(event, into);
    into.dump.push(plain(event));
  }
});
