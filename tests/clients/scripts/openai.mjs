// The official `openai` client.
import OpenAI from "openai";
import { run, TIMEOUT_MS } from "./job.mjs";

const MESSAGES = [{ role: "user", content: "Hi?" }];
const USAGE = { include_usage: true };
const plain = (value) => JSON.parse(JSON.stringify(value));

function used(usage, into) {
  if (usage) into.usage = [usage.prompt_tokens, usage.completion_tokens];
}

function completed(completion, into) {
  for (const choice of completion.choices) {
    into.add(choice.index, choice.message.content);
    into.finishes[choice.index] = choice.finish_reason;
    into.reasoning += choice.message.reasoning_content ?? "";
    for (const call of choice.message.tool_calls ?? []) into.call(call.function.name, call.function.arguments);
  }
  used(completion.usage, into);
  into.dump = plain(completion);
}

function responded(response, into) {
  into.add("final", response.output_text);
  into.finishes[0] = response.status;
  for (const item of response.output) {
    if (item.type === "function_call") into.call(item.name, item.arguments);
    if (item.type === "reasoning") into.reasoning += item.summary.map((part) => part.text).join("");
  }
  if (response.usage) into.usage = [response.usage.input_tokens, response.usage.output_tokens];
  into.dump = plain(response);
}

const READS = {
  async "chat whole"(client, asked, into) {
    completed(await client.chat.completions.create({ ...asked, messages: MESSAGES }), into);
  },

  async "chat stream"(client, asked, into) {
    into.dump = [];
    const body = { ...asked, messages: MESSAGES, stream: true, stream_options: USAGE };
    for await (const chunk of await client.chat.completions.create(body)) {
      for (const choice of chunk.choices) {
        into.add(choice.index, choice.delta.content);
        into.reasoning += choice.delta.reasoning_content ?? "";
        if (choice.finish_reason) into.finishes[choice.index] = choice.finish_reason;
        for (const call of choice.delta.tool_calls ?? [])
          into.moreOfCall(call.index, call.function.name, call.function.arguments);
      }
      used(chunk.usage, into);
      into.dump.push(plain(chunk));
    }
  },

  async "chat helper"(client, asked, into) {
    const body = { ...asked, messages: MESSAGES, stream_options: USAGE };
    completed(await client.chat.completions.stream(body).finalChatCompletion(), into);
    // Of keys that it does not know, the helper keeps what the last chunk had.
    into.reasoning = "";
    for (const choice of into.dump.choices) delete choice.message.reasoning_content;
  },

  async "responses whole"(client, asked, into) {
    responded(await client.responses.create({ model: asked.model, input: "Hi?" }), into);
  },

  // The text is read in each of the places where it stands.
  async "responses stream"(client, asked, into) {
    const events = [];
    for await (const event of await client.responses.create({ model: asked.model, input: "Hi?", stream: true })) {
      events.push(plain(event));
      if (event.type === "response.output_text.delta") into.add("delta", event.delta);
      if (event.type === "response.output_text.done") into.add("text done", event.text);
      if (event.type === "response.content_part.done") into.add("part done", event.part.text);
      if (event.type === "response.output_item.done" && event.item.type === "message")
        into.add("item done", event.item.content.map((part) => part.text ?? "").join(""));
      if (event.type === "response.completed")
        responded({ output_text: event.response.output.filter((i) => i.type === "message")
          .flatMap((i) => i.content).map((part) => part.text ?? "").join(""), ...event.response }, into);
      if (["error", "response.failed", "response.incomplete"].includes(event.type))
        Object.assign(into, { error: `npm.${event.type}`, message: JSON.stringify(event).slice(0, 300) });
    }
    into.dump = events;
  },

  async "responses helper"(client, asked, into) {
    const stream = client.responses.stream({ model: asked.model, input: "Hi?" });
    stream.on("response.output_text.delta", (event) => into.add("delta", event.delta));
    responded(await stream.finalResponse(), into);
  },

  async "completions whole"(client, asked, into) {
    const completion = await client.completions.create({ ...asked, prompt: "Hi?" });
    for (const choice of completion.choices) {
      into.add(choice.index, choice.text);
      into.finishes[choice.index] = choice.finish_reason;
    }
    used(completion.usage, into);
    into.dump = plain(completion);
  },

  async "completions stream"(client, asked, into) {
    into.dump = [];
    const body = { ...asked, prompt: "Hi?", stream: true, stream_options: USAGE };
    for await (const part of await client.completions.create(body)) {
      for (const choice of part.choices) {
        into.add(choice.index, choice.text);
        if (choice.finish_reason) into.finishes[choice.index] = choice.finish_reason;
      }
      used(part.usage, into);
      into.dump.push(plain(part));
    }
  },
};

run(async (job, into) => {
  const client = new OpenAI({ apiKey: "k", baseURL: `${job.base_url}/v1`, maxRetries: 0, timeout: TIMEOUT_MS });
  const asked = job.n > 1 ? { model: job.model, n: job.n } : { model: job.model };
  await READS[`${job.api} ${job.way}`](client, asked, into);
});
