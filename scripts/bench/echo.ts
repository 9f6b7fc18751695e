/** A bare Express JSON echo, in a process of its own: what the HTTP benchmark measures against. */
import express from 'express';
import type { AddressInfo } from 'node:net';

const app = express();
app.post('/echo', express.json(), (req, res) => {
  res.json(req.body);
});
const server = app.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('message', () => process.send?.(process.cpuUsage()));
process.once('disconnect', () => process.exit());
