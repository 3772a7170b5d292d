// Node's Socket.IO server: broadcasts one message to all members when one asks. The message comes as the only argument.
const { Server } = require("socket.io");
const message = JSON.parse(process.argv[2]);
const http = require("http").createServer();
const server = new Server(http, { transports: ["websocket"] });
server.on("connection", (socket) => {
  socket.join("channel");
  socket.on("ask", () => server.to("channel").emit("SendMessage", message));
});
http.listen(0, "127.0.0.1", 4096, () => console.log(JSON.stringify({ port: http.address().port })));
