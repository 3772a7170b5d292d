// Runs Azurite and stops it cleanly when its standard input closes: Windows has no SIGTERM, and a killed parent sends none.
process.stdin.on("end", () => process.emit("SIGTERM"));
process.stdin.resume();
require("azurite/dist/src/azurite.js");
