// Everything that the bundle holds. What is exported here is what the tests may call.

export { answer, load, outputs, places, unpack } from "./engine";
