// A server that answers every request at once, as MLflow answers what it has nothing to say to. Prints its port.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  request.resume().once("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "2" }).end("{}");
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
