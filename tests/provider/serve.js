// An OpenID Connect provider on a free port: it believes whatever name is typed, and insists on PKCE.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [, , clientId, clientSecret, ...redirectUris] = process.argv;

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: redirectUris }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'id', 'login'], email: ['email'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key of the tests'] },
    findAccount: (_context, id) => ({
      accountId: id,
      // The last two are what GitHub says.
      claims: () => ({ sub: id, preferred_username: id, email: `${id}@example.org`, id: 4711, login: id }),
    }),
    pkce: { required: () => true },
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
