#!/usr/bin/env python3
"""Writes the vectors of this folder. Independent of the C# code on purpose: it follows the layout in docs/protocol, byte by byte."""
import hashlib
import json
import struct
import uuid

DATE = 1763786596003  # milliseconds


def message_id(text):
    raw = uuid.UUID(text).bytes
    return raw[8:] + raw[:8]


def agent_message(message_type, sequence, flags, message_uuid, payload_type, payload, digest=True):
    frame = struct.pack(">I", 116)
    frame += message_type.encode().ljust(32, b" ")
    frame += struct.pack(">IQqQ", 1, DATE, sequence, flags)
    frame += message_id(message_uuid)
    frame += hashlib.sha256(payload).digest() if digest else bytes(32)
    frame += struct.pack(">II", payload_type, len(payload))
    return frame + payload


def smux(version, command, stream_id, body=b""):
    return struct.pack("<BBHI", version, command, len(body), stream_id) + body


def save(name, description, fields, data):
    vector = {"description": description, **fields, "hex": data.hex()}
    with open(name + ".json", "w") as file:
        json.dump(vector, file, indent=2)
        file.write("\n")


def save_message(name, description, message_type, sequence, flags, message_uuid, payload_type, payload, digest=True):
    fields = {
        "messageType": message_type, "createdDate": DATE, "sequenceNumber": sequence, "flags": flags,
        "messageId": message_uuid, "payloadType": payload_type, "payload": payload.decode(),
    }
    if not digest:
        fields["digest"] = False
    save(name, description, fields, agent_message(message_type, sequence, flags, message_uuid, payload_type, payload, digest))


save_message(
    "handshake-request", "First message of a port session, node to person. Only a node sets flag 1 (SYN), on sequence number 0.",
    "output_stream_data", 0, 1, "00112233-4455-6677-8899-aabbccddeeff", 5,
    b'{"AgentVersion":"3.3.4000.0","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":'
    b'{"SessionType":"Port","Properties":{"portNumber":"5432","type":"LocalPortForwarding"}}}]}')
save_message(
    "output", "Shell output.", "output_stream_data", 7, 0, "7f1b54b4-7a4e-4a0e-8f5e-0e5b4b3c2d1a", 1, "sh-5.2$ h\u00e9\r\n".encode())
save_message(
    "input", "A person's key.", "input_stream_data", 3, 0, "c0ffee00-1234-4abc-9def-0123456789ab", 1, b"\x03")
save_message(
    "acknowledge", "A node's acknowledgement of input 3; flags are always 3.", "acknowledge", 0, 3,
    "0f0e0d0c-0b0a-4908-8706-050403020100", 0,
    b'{"AcknowledgedMessageType":"input_stream_data","AcknowledgedMessageId":"c0ffee00-1234-4abc-9def-0123456789ab",'
    b'"AcknowledgedMessageSequenceNumber":3,"IsSequentialMessage":true}')

save("smux-stock", "Version 1: stream 3 is opened, carries GET, and ends.", {"extended": False, "streamId": 3, "data": "GET"},
     smux(1, 0, 3) + smux(1, 2, 3, b"GET") + smux(1, 1, 3))
save("smux-extended", "The extension: stream 3 is opened, carries GET, and its direction ends.", {"extended": True, "streamId": 3, "data": "GET"},
     smux(0x50, 0, 3) + smux(0x50, 2, 3, b"GET") + smux(0x50, 1, 3))
save("smux-extended-reset", "The extension: the other end grants 983040 bytes more on stream 3, then refuses it with a reason.",
     {"extended": True, "streamId": 3, "window": 983040, "reason": "db:5432: connection refused"},
     smux(0x50, 4, 3, struct.pack("<I", 983040)) + smux(0x50, 5, 3, b"db:5432: connection refused"))

# Between Postern's own ends: docs/protocol/extensions.md.
save_message(
    "handshake-request-offer", "A node of Postern offers what it can do beyond AWS's.", "output_stream_data", 0, 1, "00112233-4455-6677-8899-aabbccddeeff", 5,
    b'{"AgentVersion":"3.3.4000.0","RequestedClientActions":[{"ActionType":"SessionType","ActionParameters":'
    b'{"SessionType":"Port","Properties":{"portNumber":"5432","type":"LocalPortForwarding"}}}],'
    b'"Postern":{"Version":1,"MaxPayload":65416,"ExtendedMux":true,"NoDigest":true,"CumulativeAcks":true,'
    b'"DestinationError":"Unable to connect to db:5432: Connection refused."}}')
save_message(
    "handshake-response-answer", "A client of Postern takes all of it but the largest messages.", "input_stream_data", 0, 0, "a1a2a3a4-b1b2-4c3c-8d4d-e1e2e3e4e5e6", 6,
    b'{"ClientVersion":"1.2.694.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null,'
    b'"Postern":{"Version":1,"MaxPayload":32768,"ExtendedMux":true,"NoDigest":true,"CumulativeAcks":true}}')
save_message(
    "output-no-digest", "Data whose digest is not given.", "output_stream_data", 8, 0, "7f1b54b4-7a4e-4a0e-8f5e-0e5b4b3c2d1b", 1, b"GET", digest=False)
save_message(
    "acknowledge-cumulative", "A person's acknowledgement of all messages of the node up to 63, without digest.", "acknowledge", 0, 7,
    "1f0e0d0c-0b0a-4908-8706-050403020100", 0,
    b'{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"c0ffee00-1234-4abc-9def-0123456789ab",'
    b'"AcknowledgedMessageSequenceNumber":63,"IsSequentialMessage":true}', digest=False)
save_message(
    "standard-error", "Standard error of a command, apart from its output.", "output_stream_data", 9, 0, "7f1b54b4-7a4e-4a0e-8f5e-0e5b4b3c2d1c", 11, b"no such file\n")
save_message(
    "exit-code", "The exit code of a command, as AWS's node writes it.", "output_stream_data", 10, 0, "7f1b54b4-7a4e-4a0e-8f5e-0e5b4b3c2d1d", 12, b"EXIT_CODE: 127")
save("smux-extended-two", "The extension: the node's end opens stream 2 and sends on it between two pieces of stream 3, which the person's end has opened; 3 ends, 2 goes on.",
     {"extended": True, "streamId": 3, "data": "onetwo", "otherId": 2, "otherData": "between"},
     smux(0x50, 2, 3, b"one") + smux(0x50, 0, 2) + smux(0x50, 2, 2, b"between") + smux(0x50, 2, 3, b"two") + smux(0x50, 1, 3))
save("smux-extended-refused", "The extension: frames that end the session, each of the node's end, after the person's end has opened stream 3 (as in hex).",
     {"extended": True, "streamId": 3, "frames": [
         smux(1, 2, 3, b"x").hex(),                                  # another version
         smux(0x50, 3, 3).hex(),                                     # no such command
         smux(0x50, 4, 3, b"\0\0\1").hex(),                          # a window has four bytes
         smux(0x50, 0, 3).hex(),                                     # opened twice
         smux(0x50, 0, 5).hex(),                                     # an id of the other end
         smux(0x50, 1, 3).hex() + smux(0x50, 2, 3, b"x").hex(),      # data after the end
         2 * smux(0x50, 4, 3, struct.pack("<I", 2 ** 31 - 1)).hex(),  # windows that add up to too much
     ]}, smux(0x50, 0, 3))
