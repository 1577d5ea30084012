// The loop of every script: a job per line comes in, what the client read goes out as a line of JSON.
import { createInterface } from "node:readline";

export const TIMEOUT_MS = 10_000;

// What a client prints must not come between the lines.
console.log = console.info = console.warn = console.error;

export class Reading {
  texts = {};
  finishes = {};
  usage = null;
  tools = [];
  reasoning = "";
  error = "";
  status = null;
  message = "";
  dump = null;

  add(at, text) {
    this.texts[at] = (this.texts[at] ?? "") + (text ?? "");
  }

  // Arguments that the client has parsed are written as the wire server writes them.
  call(name, args) {
    this.tools.push([name, typeof args === "string" ? args : JSON.stringify(args).replaceAll('":"', '": "')]);
  }

  moreOfCall(index, name, args) {
    this.tools[index] ??= ["", ""];
    this.tools[index][0] += name ?? "";
    this.tools[index][1] += args ?? "";
  }

  fail(error) {
    this.error = `npm.${error?.constructor?.name ?? typeof error}`;
    this.status = error?.status ?? error?.statusCode ?? null;
    this.message = String(error?.message ?? JSON.stringify(error)).slice(0, 300);
  }
}

export async function run(read) {
  for await (const line of createInterface({ input: process.stdin })) {
    const reading = new Reading();
    try {
      await read(JSON.parse(line), reading);
    } catch (error) {
      reading.fail(error);
    }
    process.stdout.write(JSON.stringify(reading) + "\n");
  }
}
