// SPDX-License-Identifier: GPL-3.0-or-later
// write.mjs FILE FOLDER [COUNT]: writes the first COUNT messages of each channel of a recording again with
// @mcap/core, in every form that it knows, one file each.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { McapStreamReader, McapWriter } from "@mcap/core";
import zstd from "@foxglove/wasm-zstd";

await zstd.isLoaded;
const [path, folder, count = "20"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const schemas = new Map();
const channels = new Map();
const messages = [];
const counts = new Map();
const reader = new McapStreamReader({ decompressHandlers: { zstd: (data, size) => zstd.decompress(data, Number(size)) } });
reader.append(readFileSync(path));
for (let record; (record = reader.nextRecord()); ) {
  if (record.type === "Schema") schemas.set(record.id, record);
  if (record.type === "Channel") channels.set(record.id, record);
  if (record.type !== "Message") continue;
  const seen = counts.get(record.channelId) ?? 0;
  counts.set(record.channelId, seen + 1);
  if (seen < Number(count)) messages.push({ ...record, data: record.data.slice() });
}

class Memory {
  parts = [];
  size = 0n;
  position() {
    return this.size;
  }
  async write(bytes) {
    this.parts.push(Buffer.from(bytes));
    this.size += BigInt(bytes.byteLength);
  }
}

const zstdChunk = (data) => ({ compression: "zstd", compressedData: zstd.compress(data, 3) });
const forms = {
  chunked_zstd: { compressChunk: zstdChunk },
  chunked_stored: {},
  chunked_many: { compressChunk: zstdChunk, chunkSize: 4000 },
  unchunked: { useChunks: false },
  without_summary: {
    compressChunk: zstdChunk,
    useStatistics: false,
    useSummaryOffsets: false,
    useChunkIndex: false,
    useMessageIndex: false,
    repeatSchemas: false,
    repeatChannels: false,
  },
  without_message_index: { compressChunk: zstdChunk, useMessageIndex: false },
  // Only the name matters: our reader must refuse the chunk by it.
  lz4: { compressChunk: (data) => ({ compression: "lz4", compressedData: data }) },
};
for (const [name, options] of Object.entries(forms)) {
  const memory = new Memory();
  const writer = new McapWriter({ writable: memory, ...options });
  await writer.start({ profile: "", library: "@mcap/core" });
  const schemaIds = new Map();
  const channelIds = new Map();
  for (const message of messages) {
    const channel = channels.get(message.channelId);
    if (!schemaIds.has(channel.schemaId) && channel.schemaId !== 0)
      schemaIds.set(channel.schemaId, await writer.registerSchema(schemas.get(channel.schemaId)));
    if (!channelIds.has(channel.id))
      channelIds.set(
        channel.id,
        await writer.registerChannel({ ...channel, schemaId: schemaIds.get(channel.schemaId) ?? 0 }),
      );
    await writer.addMessage({ ...message, channelId: channelIds.get(channel.id) });
  }
  await writer.end();
  writeFileSync(`${folder}/${name}.mcap`, Buffer.concat(memory.parts));
}
console.log(messages.length);
