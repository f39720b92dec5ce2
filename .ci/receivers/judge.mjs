// As judge.py, by npm standardwebhooks or npm @hookflo/tern (its platform replicateai reads whsec_ secrets): node judge.mjs NAME
import { createInterface } from "node:readline";
import assert from "node:assert";

let now = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [now * 1000]));
  }
  static now() {
    return now * 1000;
  }
};

const headersOf = (one) => ({
  "webhook-id": one.id,
  "webhook-timestamp": one.timestamp,
  "webhook-signature": one.signature,
});

const judges = {
  async standardwebhooks() {
    const { Webhook } = await import("standardwebhooks");
    return {
      async verifies(secret, one) {
        try {
          new Webhook(secret).verify(one.body, headersOf(one));
          return true;
        } catch {
          return false;
        }
      },
      signs: (secret, one) => new Webhook(secret).sign(one.id, new Date(Number(one.timestamp) * 1000), one.body),
    };
  },
  async tern() {
    const { WebhookVerificationService } = await import("@hookflo/tern");
    return {
      async verifies(secret, one) {
        const headers = { ...headersOf(one), "content-type": "application/json" };
        const request = new Request("http://127.0.0.1/", { method: "POST", headers, body: one.body });
        const result = await WebhookVerificationService.verify(request, { platform: "replicateai", secret });
        return result.isValid === true;
      },
      // it has no signer
      signs: null,
    };
  },
};

const judge = await judges[process.argv[2]]();
let [verified, rejected, believed, vectors, last] = [0, 0, 0, 0, null];
for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  now = one.at;
  last = one;
  for (const secret of one.good) {
    if (await judge.verifies(secret, one)) verified += 1;
    else rejected += 1;
  }
  for (const secret of one.bad) {
    if (await judge.verifies(secret, one)) believed += 1;
  }
  if (one.expected) {
    const same = judge.signs ? judge.signs(one.good[0], one) === one.expected : await judge.verifies(one.good[0], one);
    vectors += same ? 1 : 0;
  }
}
// the clock was really frozen: an hour later nothing is believed
now += 3600;
assert.equal(await judge.verifies(last.good[0], last), false, "the clock does not stand where it was put");
console.log(JSON.stringify({ verified, rejected, believed, vectors }));
