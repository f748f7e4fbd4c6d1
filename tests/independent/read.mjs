// SPDX-License-Identifier: GPL-3.0-or-later
// read.mjs FILE: reads a recording with @mcap/core, by its index and as a stream, decodes every message by the
// schema in the file, and prints what it found as JSON. Any disagreement ends it with an error.
import assert from "node:assert";
import { openSync, fstatSync, readSync, readFileSync } from "node:fs";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import zstd from "@foxglove/wasm-zstd";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";

await zstd.isLoaded;
const decompressHandlers = { zstd: (data, size) => zstd.decompress(data, Number(size)) };
const path = process.argv[2];

const types = new Map(); // by schema id
function typeOf(schema) {
  if (!types.has(schema.id)) {
    assert.equal(schema.encoding, "protobuf");
    const root = protobuf.Root.fromDescriptor(descriptor.FileDescriptorSet.decode(schema.data));
    root.resolveAll();
    types.set(schema.id, root.lookupType(schema.name));
  }
  return types.get(schema.id);
}

/// What is compared between the two ways to read.
class Tally {
  counts = {};
  nodes = 0n;
  requests = 0n;
  schemas = new Map();
  channels = new Map();
  last = 0n;

  message(message) {
    const channel = this.channels.get(message.channelId);
    this.counts[channel.topic] = (this.counts[channel.topic] ?? 0) + 1;
    const decoded = typeOf(this.schemas.get(channel.schemaId)).decode(message.data);
    if (channel.topic === "pop") {
      this.requests += BigInt(decoded.totals.requests.toString());
      assert.equal(channel.metadata.get("topic"), "pop/{pop}");
      assert.match(decoded.pop, /^[A-Z]{3}$/);
      assert.equal(BigInt(decoded.header.interval_end_us.toString()) * 1000n, message.publishTime);
    }
    if (channel.topic === "node") this.nodes += BigInt(decoded.node_count);
    if (channel.topic === "rollup") assert.ok(decoded.pops.length > 0);
    if (channel.topic.startsWith("points/")) assert.equal(decoded.places.split(" ").length, decoded.requests_per_second.length);
  }
  plain() {
    const counts = Object.fromEntries(Object.entries(this.counts).sort());
    return { counts, nodes: this.nodes.toString(), requests: this.requests.toString() };
  }
}

async function indexed() {
  const file = openSync(path, "r");
  const readable = {
    size: async () => BigInt(fstatSync(file).size),
    read: async (offset, size) => {
      const bytes = new Uint8Array(Number(size));
      readSync(file, bytes, 0, Number(size), Number(offset));
      return bytes;
    },
  };
  const reader = await McapIndexedReader.Initialize({ readable, decompressHandlers });
  const tally = new Tally();
  tally.schemas = reader.schemasById;
  tally.channels = reader.channelsById;
  for await (const message of reader.readMessages()) {
    assert.ok(message.logTime >= tally.last, "log time goes back");
    tally.last = message.logTime;
    tally.message(message);
  }
  assert.equal(reader.header.profile, "surgescope");
  for (const [id, count] of reader.statistics.channelMessageCounts)
    assert.equal(BigInt(tally.counts[reader.channelsById.get(id).topic]), count);
  assert.equal(reader.statistics.chunkCount, reader.chunkIndexes.length);
  const metadata = {};
  for await (const record of reader.readMetadata()) metadata[record.name] = Object.fromEntries(record.metadata);
  for await (const attachment of reader.readAttachments())
    if (attachment.name === "summary.json") JSON.parse(new TextDecoder().decode(attachment.data));
  return { ...tally.plain(), metadata };
}

function streamed() {
  const reader = new McapStreamReader({ decompressHandlers, validateCrcs: true });
  const tally = new Tally();
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 1 << 16) {
    reader.append(bytes.subarray(at, at + (1 << 16)));
    for (let record; (record = reader.nextRecord()); ) {
      if (record.type === "Schema") tally.schemas.set(record.id, record);
      if (record.type === "Channel") tally.channels.set(record.id, record);
      if (record.type === "Message") tally.message(record);
    }
  }
  assert.ok(reader.done());
  return tally.plain();
}

const byIndex = await indexed();
const byStream = streamed();
const { metadata, ...same } = byIndex;
assert.deepEqual(byStream, same);
console.log(JSON.stringify(byIndex, null, 1));
