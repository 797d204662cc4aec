// Starts emulators of AWS services on free ports of the loopback interface, prints a
// line "NAME http://127.0.0.1:PORT" for each that is ready, and ends when its
// standard input closes, so that it never outlives the test that started it.
//     node tests/emulators/start.mjs [dynalite|fauxqs|s3rver]...
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HOST = "127.0.0.1";

const listening = (server) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, HOST, () => resolve(`http://${HOST}:${server.address().port}`));
  });

const starters = {
  async dynalite() {
    const { default: dynalite } = await import("dynalite");
    return listening(dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  },
  // Its own command listens on every address; the application does as it is told.
  async fauxqs() {
    const { buildApp } = await import("fauxqs");
    const app = buildApp({ logger: false });
    return app.listen({ port: 0, host: HOST });
  },
  async s3rver() {
    const { default: S3rver } = await import("s3rver");
    const directory = mkdtempSync(join(tmpdir(), "s3rver-"));
    process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
    const server = new S3rver({ directory, address: HOST, port: 0, silent: true });
    const { port } = await server.run();
    return `http://${HOST}:${port}`;
  },
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(starters);
const unknown = names.filter((name) => !Object.hasOwn(starters, name));
if (unknown.length > 0) {
  console.error(`no such emulator: ${unknown.join(", ")}; there are ${Object.keys(starters).join(", ")}`);
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(0));
process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();

await Promise.all(
  names.map(async (name) => {
    try {
      console.log(`${name} ${await starters[name]()}`);
    } catch (error) {
      console.error(`${name} did not start: ${error.message}`);
      process.exit(1);
    }
  }),
);
