// Makes Azurite write its index to disk before it answers, as Azure Storage does, so that it may be killed at any moment.
//
// Azurite keeps the index of its data in LokiJS, which writes it every five seconds. Loaded with `node --require`, this takes
// the place of that clock: an answer leaves once everything that had changed by then is in the files. Requests that come
// meanwhile share the next writing. Lives here: when files are written. Never here: what is in them, or what is answered.
"use strict";

const http = require("http");
const https = require("https");
const path = require("path");

const azurite = path.dirname(path.dirname(require.resolve(process.argv[1])));
const Loki = require(require.resolve("lokijs", { paths: [azurite] }));

const databases = new Set();
const transactions = new Set();
let writing = Promise.resolve();
let next = null;
let contents = Promise.resolve(); // where the bytes of blobs and messages are: on disk before whatever refers to them
let whole = null; // called once no transaction is half done

Loki.prototype.autosaveEnable = function () {
  this.autosave = true; // as it does itself, but for the clock; an orderly end still writes what is left
  databases.add(this);
};

const save = Loki.LokiFsAdapter.prototype.saveDatabase;
Loki.LokiFsAdapter.prototype.saveDatabase = function (file, ...given) {
  const before = isContents(file) ? Promise.resolve() : contents;
  before.then(() => save.call(this, file, ...given));
};

function isContents(file) {
  return path.basename(file).includes("extent");
}

function written(database) {
  return new Promise((resolve, reject) => database.saveDatabase((error) => (error ? reject(error) : resolve())));
}

async function writeAll() {
  if (transactions.size) await new Promise((resolve) => (whole = resolve));
  const dirty = [...databases].filter((database) => database.autosaveDirty());
  contents = Promise.all(dirty.filter((database) => isContents(database.filename)).map(written)); // all are copied now, at one moment, and then written
  await Promise.all([contents, ...dirty.filter((database) => !isContents(database.filename)).map(written)]);
}

function everythingWritten() {
  next ??= writing.then(() => {
    next = null;
    writing = writeAll();
    return writing;
  });
  return next;
}

function over(response) {
  if (transactions.delete(response) && !transactions.size && whole) {
    whole();
    whole = null;
  }
}

const end = http.ServerResponse.prototype.end;
http.ServerResponse.prototype.end = function (...given) {
  over(this);
  everythingWritten().then(
    () => end.apply(this, given),
    (error) => {
      console.error(`the index could not be written: ${error.message}`);
      process.exit(1);
    },
  );
  return this;
};

for (const { Server } of [http, https]) {
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (event, ...given) {
    const [request, response] = given;
    if (event === "request" && request.url.includes("$batch")) {
      transactions.add(response);
      response.once("close", () => over(response));
    }
    return emit.call(this, event, ...given);
  };
}
