// An S3 store of npm's s3rver: s3_store.js PORT FOLDER BUCKET... It checks signatures; its keys are S3RVER and S3RVER.
const S3rver = require("s3rver");
const [port, directory, ...buckets] = process.argv.slice(2);
new S3rver({
  address: "127.0.0.1",
  port: Number(port),
  directory,
  silent: false,
  configureBuckets: buckets.map((name) => ({ name })),
}).run().then(() => console.log("ready"));
