// A real provider of OpenID Connect for the tests: it lets in whom `login_hint` names, with the level that
// follows a plus (`SUB|NAME`: an account that is called by another name), and signs with a key made at its start. Prints `ready PORT`, ends with its parent.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "RS256", use: "sig" };

const server = createServer();
server.listen(Number(port), "127.0.0.1", () => {
  const at = server.address().port;
  const provider = new Provider(`http://127.0.0.1:${at}`, {
    clients: [{ client_id: "tessera", client_secret: "a secret of the test", redirect_uris: [redirect] }],
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    acrValues: ["urn:bank:strong"],
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email", "email_verified"], acr: null },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (ctx, interaction) => `/auto/${interaction.uid}` },
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id.split("|").pop().toUpperCase(), email: `${id}@bank.test`, email_verified: false }),
    }),
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email");
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/auto/")) return callback(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const [accountId, level] = String(params.login_hint).split("+");
    const login = level ? { accountId, acr: level } : { accountId };
    await provider.interactionFinished(request, response, { login });
  });
  console.log(`ready ${at}`);
});
process.stdin.on("end", () => process.exit(0)).resume();
