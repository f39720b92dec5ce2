// Receives proofsheet's webhooks. Needs: npm install standardwebhooks
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const BODY_BYTES_MAX = 64 * 1024;
const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // in production: a table with a unique column

async function receive(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return 413;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString("utf8"); // the text as it came: never parse first
  let event;
  try {
    // checks the signature and that the attempt is at most five minutes old
    event = webhook.verify(body, request.headers);
  } catch {
    return 400;
  }
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) { // the same event may come twice
    seen.add(id);
    console.log(event.type, id);
  }
  return 204;
}

createServer(async (request, response) => {
  response.writeHead(await receive(request).catch(() => 400)).end();
}).listen(Number(process.env.PORT ?? 9009), "127.0.0.1");
