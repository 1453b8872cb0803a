// Drives a session with the npm package ssm-session: an independent client of the same wire.
// npm_session.js shell|port; STREAM_URL and TOKEN come from StartSession. Prints what the other side sent; exit 0 when all went well.
const WebSocket = require("ws");
const { ssm } = require("ssm-session");

const ACKNOWLEDGED = "output_stream_data";
const OUTPUT = 1, HANDSHAKE_REQUEST = 5, HANDSHAKE_RESPONSE = 6, HANDSHAKE_COMPLETE = 7;
const PAYLOAD_TYPE_OFFSET = 112;
const text = new TextDecoder();
const deadline = setTimeout(() => fail("nothing more happened"), 30000);

const socket = new WebSocket(process.env.STREAM_URL);
socket.binaryType = "arraybuffer";
let sequence = 0;
let received = "";

function fail(reason) {
  console.error(`${reason}; received so far: ${JSON.stringify(received)}`);
  process.exit(1);
}

function done() {
  clearTimeout(deadline);
  process.stdout.write(received);
  process.exit(0);
}

// The package builds messages of text; the type of the payload is all that it does not let one choose.
function send(payload, payloadType = OUTPUT) {
  const message = ssm.buildInputMessage(payload, sequence++);
  message[PAYLOAD_TYPE_OFFSET + 3] = payloadType;
  socket.send(message);
}

const kinds = {
  shell: {
    opened() {
      ssm.init(socket, { token: process.env.TOKEN, termOptions: { cols: 90, rows: 25 } });
    },
    received() {
      if (!this.asked && /[$#] /.test(received)) {
        this.asked = true;
        ssm.sendText(socket, "stty size; echo answer-$((6*7)); exit\r");
      }
    },
    closed() {
      if (!/25 90/.test(received) || !/answer-42/.test(received)) fail("the shell did not answer");
      done();
    },
  },
  port: {
    opened() {
      socket.send(ssm.buildTokenMessage(process.env.TOKEN));
    },
    handshake(payloadType) {
      if (payloadType === HANDSHAKE_REQUEST) {
        // A version from before multiplexing: the session is one plain connection.
        const action = { ActionType: "SessionType", ActionStatus: 1, ActionResult: null, Error: "" };
        send(JSON.stringify({ ClientVersion: "1.0.0.0", ProcessedClientActions: [action], Errors: null }), HANDSHAKE_RESPONSE);
      } else {
        send("over the wire and back");
      }
    },
    received() {
      if (received === "over the wire and back") done();
    },
    closed() {
      fail("the session ended early");
    },
  },
};

const kind = kinds[process.argv[2]];
socket.on("open", () => kind.opened());
socket.on("error", (error) => fail(`the socket failed: ${error.message}`));
socket.on("close", () => fail("the socket closed"));
socket.on("message", (data) => {
  const message = ssm.decode(data);
  if (message.messageType === "channel_closed") {
    kind.closed();
  } else if (message.messageType === ACKNOWLEDGED) {
    ssm.sendACK(socket, message);
    if (message.payloadType === OUTPUT) {
      received += text.decode(message.payload);
      kind.received();
    } else if (message.payloadType === HANDSHAKE_REQUEST || message.payloadType === HANDSHAKE_COMPLETE) {
      kind.handshake(message.payloadType);
    }
  }
});
